"""The `cdp` command: thin; whatever materialises goes through Dagster."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import Project, load_project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.days import asked_days, sample_days
from cdp_pipeline.demo.generate import Demo, write_demo
from cdp_pipeline.settings import REPOSITORY, Settings, load_settings, prepare_environment

app = typer.Typer(
    help="Customer Data Platform as a batch data pipeline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()
errors = Console(stderr=True, highlight=False, soft_wrap=True)


@app.callback()
def main() -> None:
    """Customer Data Platform as a batch data pipeline: raw extracts in, one profile per person out."""


@app.command()
def check() -> None:
    """Validate everything in seeds/ without touching data."""
    settings, project, sidecars = _loaded()
    from cdp_pipeline.checks.suites import faults  # Great Expectations takes seconds to import
    from cdp_pipeline.resources.duckdb_warehouse import DuckDBWarehouse

    with DuckDBWarehouse(database=":memory:", seeds=str(settings.seeds)).session() as session:
        found = list(faults(session, project, sidecars))
    if found:
        _refuse("\n".join(found), code=2)
    sizes = [len(part) for part in (project.sources, project.segments, project.destinations, project.suites)]
    told = "seeds/ is valid: {} sources, {} segments, {} destinations, {} expectation suites."
    console.print(told.format(*sizes))


@app.command()
def run(
    day: Annotated[
        str | None, typer.Option("--date", help="The day to run (YYYY-MM-DD); yesterday by default.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day of a range.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day of a range.")] = None,
    select: Annotated[str | None, typer.Option(help="Dagster asset selection, such as 'group:metrics'.")] = None,
    sample: Annotated[
        bool, typer.Option(help="Fill an empty landing zone from data/sample/ and run all its days.")
    ] = False,
) -> None:
    """Run the daily job for a day or a range of days; exit code 0 only if every blocking check held."""
    settings, project = _configured()
    days = sample_days(settings) if sample else asked_days(project, day, first, last)
    from cdp_pipeline.reporting.progress import follow  # Dagster takes seconds to import
    from cdp_pipeline.reporting.summary import print_summary, tell_quality
    from cdp_pipeline.runs import UnknownSelection

    try:
        record = follow(console, days[0], days[-1], select)
    except UnknownSelection as error:
        raise typer.BadParameter(str(error)) from None
    for failure in record.failures:
        errors.print(failure, style="red", markup=False)
    if not record.succeeded:
        for blocked in record.blocked:
            errors.print(blocked, style="red", markup=False)
        done = ", ".join(record.seconds) or "none"
        errors.print(
            f"The run failed. Layers it worked on: {done}. Whatever it did not finish is as the last good run left it."
        )
        tell_quality(errors, project, settings)
        raise typer.Exit(1)
    print_summary(console, project, settings, days, record)
    console.print(f"Quality of the day: {settings.quality_pages / 'index.html'}", markup=False, soft_wrap=True)
    if record.blocked:
        raise typer.Exit(1)
    somebody = "adrian.keller@gmail.com" if sample else "<e-mail, telephone number or id>"
    console.print(f"Next: `make ui` shows every table with its lineage and checks; `cdp show {somebody}` one profile.")


@app.command()
def demo(
    people: Annotated[int, typer.Option(help="How many people.", min=4)] = 2000,
    days: Annotated[int, typer.Option(help="How many days of extracts.", min=1)] = 7,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 1,
    events: Annotated[float, typer.Option(help="Mean number of events a person record.", min=0)] = 4.0,
    out: Annotated[
        Path | None, typer.Option(help="Deployment to write to; its seeds/ are copied if it has none.")
    ] = None,
) -> None:
    """Write synthetic extracts of seven systems to data/landing/, with the truth beside them in data/truth/."""
    home = (out or load_settings().home).resolve()
    if not (home / "seeds").exists():
        shutil.copytree(REPOSITORY / "seeds", home / "seeds")
    parameters = Demo(people=people, days=days, seed=seed, events=events)
    for line in write_demo(parameters, home / "data", home / "seeds" / "reference" / "products.csv"):
        console.print(line)
    console.print(f"Next: CDP_HOME={home} cdp run --from {parameters.first_day} --to {parameters.last_day}")


@app.command()
def show(
    who: Annotated[str, typer.Argument(help="An e-mail address, a telephone number, a profile id or a record id.")],
) -> None:
    """Show one profile: golden values with their provenance, contact points, consents, segments, timeline."""
    settings, project = _configured()
    from cdp_pipeline.reporting.profile import print_profile
    from cdp_pipeline.resources.warehouse import WarehouseError

    _require_warehouse(settings)
    with _told(WarehouseError):
        is_known = print_profile(console, settings, who, project.deployment.default_country)
    if not is_known:
        _refuse("no profile has this address, number or id; ids look like P0123456789abcde")


@app.command(name="export-person")
def export_person(
    who: Annotated[str, typer.Argument(help="An e-mail address, a telephone number, a profile id or a record id.")],
    out: Annotated[Path, typer.Option(help="The JSON file to write; only its owner can read it.")],
) -> None:
    """Write all that is known of one person, by table, for an access request."""
    settings, project = _configured()
    from cdp_pipeline.reporting import person

    _require_warehouse(settings)
    with _told(ValueError):
        rows = person.export_person(settings, project, who, out)
    if rows is None:
        _refuse("no profile has this address, number or id")
    console.print(f"{sum(rows.values())} rows of {len(rows)} tables in {out}", markup=False, soft_wrap=True)


@app.command()
def erase(
    email: Annotated[list[str] | None, typer.Option(help="An e-mail address of the person.")] = None,
    phone: Annotated[list[str] | None, typer.Option(help="A telephone number of the person.")] = None,
    profile: Annotated[list[str] | None, typer.Option(help="The person's profile id.")] = None,
    request_file: Annotated[
        Path | None,
        typer.Option(
            help="A CSV file of requests, with the columns kind (email, phone or profile) and value.", exists=True
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Only list what would go.")] = False,
) -> None:
    """Erase people from every file of the deployment, and keep them out of the extracts to come."""
    settings, project, sidecars = _loaded()
    from cdp_pipeline.config.erasure_requests import read_requests
    from cdp_pipeline.privacy.erasure import Request, UnclearRequest
    from cdp_pipeline.privacy.erasure import erase as erase_people
    from cdp_pipeline.reporting.erasure import print_erasure
    from cdp_pipeline.resources.warehouse import WarehouseError

    given = {"email": email, "phone": phone, "profile": profile}
    requests = [
        Request(kind, value, f"--{kind}, number {number}")
        for kind, values in given.items()
        for number, value in enumerate(values or [], start=1)
    ]
    _require_warehouse(settings)
    with _told(ConfigError, UnclearRequest, WarehouseError):
        listed = read_requests(request_file) if request_file else []
        requests += [Request(kind, value, place) for kind, value, place in listed]
        if not requests:
            raise typer.BadParameter("say whom: --email, --phone, --profile or --request-file")
        found = erase_people(settings, project, sidecars, requests, dry_run=dry_run)
    print_erasure(console, settings, found, dry_run=dry_run)
    for place in found.unknown:
        errors.print(f"{place}: no profile has it", style="yellow", markup=False)
    if found.left or not (found.profiles or found.lines or found.rows):
        raise typer.Exit(1)


@app.command()
def explain(
    who: Annotated[str, typer.Argument(help="A profile id, or a record id (source.table:key).")],
    other: Annotated[str | None, typer.Argument(help="A second record id: why are the two one person, or not?")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the explanation to this page as well.")] = None,
) -> None:
    """Say why the records of a profile, or two records, are one person or not: every link with its evidence."""
    settings, project = _configured()
    from cdp_pipeline.reporting import explain as reporting

    _require_warehouse(settings)
    page = Console(record=True, width=console.width if html is None else max(console.width, 160))
    if not reporting.explain(settings, project, [name for name in (who, other) if name], page):
        _refuse(
            "no profile or record has this id, or all records of the profile are gone; give one profile id (P0123456789abcde), or one or two record ids "
            "(web_shop.accounts:A1; `cdp show` lists those of a person)"
        )
    if html is not None:
        reporting.write_html(page, html)


@app.command()
def train(
    compare: Annotated[
        bool, typer.Option(help="Compare with the model in force on the same pairs, and do not promote.")
    ] = False,
    version: Annotated[
        str | None, typer.Option("--promote", help="Promote a model trained before instead of training one.")
    ] = None,
) -> None:
    """Train the linkage model on the current records, write its report, and promote it."""
    settings, project = _configured()
    _require_warehouse(settings)
    from cdp_pipeline.reporting.training import promote, train_model

    with _told(ConfigError):
        if version is None:
            trained = train_model(settings, project, compare)
            for note in trained.notes:
                errors.print(f"left out: {note}", style="yellow", markup=False)
            console.print(f"model {trained.version}: {trained.folder / 'report.html'}", markup=False, soft_wrap=True)
            if trained.compared is not None:
                both, old, new = trained.compared
                console.print(
                    f"Of the same pairs both models link {both:,}, only the one in force {old:,}, only the new one "
                    f"{new:,}. To put it in force: cdp train --promote {trained.version}",
                    soft_wrap=True,
                )
                return
            version = trained.version
        promoted = promote(settings, version)
    console.print(f"Promoted to {promoted}; the next run scores everything with it.", markup=False, soft_wrap=True)


@app.command()
def review(
    top: Annotated[int, typer.Option(help="How many cases, the most worthwhile first.", min=1)] = 200,
    out: Annotated[Path | None, typer.Option(help="Folder to write to; data/review/ of the deployment.")] = None,
    take: Annotated[
        Path | None,
        typer.Option(help="A filled-in queue.csv: add its decisions to seeds/steward/decisions.csv.", exists=True),
    ] = None,
) -> None:
    """Write the review queue as a table to fill in and as pages of comparisons and clusters; or take it back."""
    settings, _ = _configured()
    from cdp_pipeline.reporting.review import take_decisions, write_review

    if take is not None:
        with _told(ConfigError):
            count = take_decisions(settings, take)
        console.print(
            f"{count} new decision(s) in {settings.seeds / 'steward' / 'decisions.csv'}; they count from the next run."
        )
        return
    _require_warehouse(settings)
    for path in write_review(settings, out or settings.data / "review", top):
        console.print(str(path), markup=False, soft_wrap=True)
    console.print(
        "Write must_link or cannot_link into the column 'decision' of queue.csv, and your name; then `cdp review --take`."
    )


@app.command()
def preview(
    segment_file: Annotated[Path, typer.Argument(help="A segment's YAML file, anywhere.", exists=True, dir_okay=False)],
    date: Annotated[str | None, typer.Option(help="As of this day; by default the newest that has metrics.")] = None,
) -> None:
    """Read a segment in plain words, count its members and its overlaps, and show its SQL, writing nothing."""
    settings, project = _configured()
    from cdp_pipeline.reporting.preview import preview_segment
    from cdp_pipeline.resources.warehouse import WarehouseError

    _require_warehouse(settings)
    as_of = asked_days(project, date, None, None)[0] if date else None
    with _told(ConfigError, code=2), _told(WarehouseError):
        preview_segment(settings, project, segment_file, as_of, console)


@app.command("draft-source")
def draft(
    files: Annotated[
        list[Path], typer.Argument(help="Files of one system, a table each.", exists=True, dir_okay=False)
    ],
    name: Annotated[str | None, typer.Option(help="Name of the source; the folder's name by default.")] = None,
    write: Annotated[bool, typer.Option(help="Write seeds/sources/<name>.yml instead of printing it.")] = False,
) -> None:
    """Propose a source's mapping from its files: format, types, key, targets, each guess with its confidence."""
    settings, project = _configured()
    from cdp_pipeline.reporting.draft import draft_source, source_name
    from cdp_pipeline.resources.extracts import ExtractError

    source = source_name(files, name)
    with _told(ExtractError):
        drafted = draft_source(files, source, project.deployment.currency)
    if not write:
        typer.echo(drafted, nl=False)
        return
    path = settings.seeds / "sources" / f"{source}.yml"
    if path.exists():
        raise typer.BadParameter(f"{path} exists; give another --name, or remove it")
    path.write_text(drafted, encoding="utf-8")
    console.print(f"Written to {path}; correct the guesses, then `cdp check`.", soft_wrap=True)


@app.command("draft-expectations")
def draft_expectations(
    source: Annotated[str, typer.Argument(help="A source whose extracts have been run.")],
    write: Annotated[bool, typer.Option(help="Write them to seeds/expectations/.")] = False,
) -> None:
    """Propose the expectation suites of a source's tables from the newest audit of what it delivers."""
    settings, project = _configured()
    from cdp_pipeline.reporting.expectations import draft_suites, write_suites
    from cdp_pipeline.resources.warehouse import WarehouseError

    if source not in project.sources:
        raise typer.BadParameter(f"'{source}' is not one of {sorted(project.sources)}")
    _require_warehouse(settings)
    with _told(WarehouseError):
        drafted = draft_suites(settings, project, source)
    if write:
        write_suites(drafted, console, errors)
    else:
        typer.echo("\n".join(f"# {path}\n{content}" for path, content in drafted.items()))
    console.print("Correct the limits and sentences, then `cdp check`.")


@app.command()
def dictionary(
    out: Annotated[Path | None, typer.Option(help="Folder; docs/dictionary/ by default.")] = None,
) -> None:
    """Write the data dictionary: a page a table (HTML and Markdown), with the newest audit of the sources."""
    settings, project = _configured()
    from cdp_pipeline.reporting.dictionary import write_dictionary

    folder = out or settings.home / "docs" / "dictionary"
    count = write_dictionary(load_catalogue(project), settings, folder)
    console.print(f"{count} tables described; open {folder / 'index.html'}", soft_wrap=True)


@app.command()
def ui(port: Annotated[int, typer.Option(help="Port on localhost.")] = 3000) -> None:
    """Open the Dagster UI and its daemon on localhost, until Ctrl-C."""
    _configured()
    command = [
        "dagster",
        "dev",
        "--workspace",
        str(REPOSITORY / "workspace.yaml"),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    os.execv(sys.executable, [sys.executable, "-m", *command])  # so that Ctrl-C reaches it, and it ends its own


def _configured() -> tuple[Settings, Project]:
    """Settings and valid configuration; prints the faults and exits with 2 where it is not."""
    return _loaded()[:2]


def _loaded() -> tuple[Settings, Project, dict[str, Sidecar]]:
    """What `_configured` gives, with the sidecars of all tables by `layer.table`."""
    settings = load_settings()
    with _told(ConfigError, code=2):
        project = load_project(settings.seeds)
        catalogue = load_catalogue(project)
    prepare_environment(settings)
    return settings, project, {name: table.sidecar for name, table in catalogue.items()}


@contextmanager
def _told(*faults: type[Exception], code: int = 1) -> Iterator[None]:
    """Faults of the user's input end the command with their message, not with a traceback."""
    try:
        yield
    except faults as error:
        _refuse(str(error), code)


def _refuse(message: str, code: int = 1) -> NoReturn:
    errors.print(message, style="red", markup=False)
    raise typer.Exit(code) from None


def _require_warehouse(settings: Settings) -> None:
    if not settings.warehouse.exists():
        _refuse(f"{settings.warehouse} does not exist; run the pipeline first (`cdp run`)")


if __name__ == "__main__":
    app()
