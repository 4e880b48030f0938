"""What the commands share: the application, its consoles, and how faults of the user's input are told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import Project, load_project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.resources.engines import engine_of
from cdp_pipeline.settings import Settings, load_settings, prepare_environment

app = typer.Typer(
    help="Customer Data Platform as a batch data pipeline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def configured() -> tuple[Settings, Project]:
    """Settings and valid configuration; prints the faults and exits with 2 where it is not."""
    return loaded()[:2]


def loaded() -> tuple[Settings, Project, dict[str, Sidecar]]:
    """What `configured` gives, with the sidecars of all tables by `layer.table`."""
    settings = load_settings()
    with told(ConfigError, code=2):
        project = load_project(settings.seeds)
        catalogue = load_catalogue(project)
    prepare_environment(settings)
    return settings, project, {name: table.sidecar for name, table in catalogue.items()}


@contextmanager
def told(*faults: type[Exception], code: int = 1) -> Iterator[None]:
    """Faults of the user's input end the command with their message, not with a traceback."""
    try:
        yield
    except faults as error:
        refuse(str(error), code)


def refuse(message: str, code: int = 1) -> NoReturn:
    """End the command with this message."""
    errors.print(message, style="red", markup=False)
    raise typer.Exit(code) from None


def require_warehouse(settings: Settings) -> None:
    """End the command where the pipeline has never run."""
    if not settings.warehouse.exists() and engine_of(settings) == "duckdb":
        refuse(f"{settings.warehouse} does not exist; run the pipeline first (`cdp run`)")
