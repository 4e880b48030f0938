"""The `cdp` command: thin; whatever materialises goes through Dagster."""

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from cdp_pipeline import people_commands
from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.command import app, configured, console, errors, loaded, refuse, require_warehouse, told
from cdp_pipeline.config.base import ConfigError, nearest
from cdp_pipeline.days import asked_days, sample_days
from cdp_pipeline.demo.generate import Demo, write_demo
from cdp_pipeline.settings import REPOSITORY, load_settings

__all__ = ["app", "people_commands"]


@app.callback()
def main() -> None:
    """Customer Data Platform as a batch data pipeline: raw extracts in, one profile per person out."""


@app.command()
def check() -> None:
    """Validate everything in seeds/ without touching data."""
    settings, project, sidecars = loaded()
    from cdp_pipeline.checks.suites import faults  # Great Expectations takes seconds to import
    from cdp_pipeline.resources.duckdb_warehouse import DuckDBWarehouse

    with DuckDBWarehouse(database=":memory:", seeds=str(settings.seeds)).session() as session:
        found = list(faults(session, project, sidecars))
    if found:
        refuse("\n".join(found), code=2)
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
    settings, project = configured()
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
def preview(
    segment: Annotated[str, typer.Argument(help="A segment of seeds/segments/, or a segment's YAML file, anywhere.")],
    date: Annotated[str | None, typer.Option(help="As of this day; by default the newest that has metrics.")] = None,
) -> None:
    """Read a segment in plain words, count its members and its overlaps, and show its SQL, writing nothing."""
    settings, project = configured()
    from cdp_pipeline.reporting.preview import preview_segment
    from cdp_pipeline.resources.warehouse import WarehouseError

    path = settings.seeds / "segments" / f"{segment}.yml" if segment in project.segments else Path(segment)
    if not path.is_file():
        hint = nearest(segment, project.segments, otherwise=f"choose one of {sorted(project.segments)}")
        raise typer.BadParameter(f"'{segment}' is neither a segment nor a file; {hint}")
    require_warehouse(settings)
    as_of = asked_days(project, date, None, None)[0] if date else None
    with told(ConfigError, code=2), told(WarehouseError):
        preview_segment(settings, project, path, as_of, console)


@app.command()
def deliver(
    destination: Annotated[
        str | None, typer.Argument(help="A destination of seeds/destinations/; all of them by default.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Show counts and five masked rows, and send nothing.")] = False,
    resync: Annotated[
        bool, typer.Option(help="Send the whole audience, in the place of what the partner holds.")
    ] = False,
) -> None:
    """Deliver what has changed since the last delivery, as the daily run does; what failed is tried again."""
    settings, project = configured()
    from cdp_pipeline.partitions import DESTINATIONS_TAG, RESYNC_TAG
    from cdp_pipeline.reporting.deliver import newest_day, print_dry_run
    from cdp_pipeline.reporting.progress import follow
    from cdp_pipeline.reporting.summary import print_deliveries, tell_quality
    from cdp_pipeline.resources.warehouse import WarehouseError

    names = [destination] if destination else sorted(project.destinations)
    if destination and destination not in project.destinations:
        hint = nearest(destination, project.destinations, otherwise=f"choose one of {sorted(project.destinations)}")
        raise typer.BadParameter(f"'{destination}' is no destination; {hint}")
    require_warehouse(settings)
    with told(WarehouseError):
        if dry_run:
            for name in names:
                print_dry_run(console, settings, project, project.destinations[name], is_resync=resync)
            return
        day = newest_day(settings)
    tags = {DESTINATIONS_TAG: " ".join(names), **({RESYNC_TAG: "true"} if resync else {})}
    record = follow(console, day, day, "group:activation", tags)
    for problem in (*record.failures, *record.blocked, *record.warned):
        errors.print(problem, style="red", markup=False)
    print_deliveries(console, settings, project, day)
    tell_quality(console, project, settings)
    if not record.succeeded or record.blocked or record.warned:
        raise typer.Exit(1)


@app.command("draft-source")
def draft(
    files: Annotated[
        list[Path], typer.Argument(help="Files of one system, a table each.", exists=True, dir_okay=False)
    ],
    name: Annotated[str | None, typer.Option(help="Name of the source; the folder's name by default.")] = None,
    write: Annotated[bool, typer.Option(help="Write seeds/sources/<name>.yml instead of printing it.")] = False,
) -> None:
    """Propose a source's mapping from its files: format, types, key, targets, each guess with its confidence."""
    settings, project = configured()
    from cdp_pipeline.reporting.draft import draft_source, source_name
    from cdp_pipeline.resources.extracts import ExtractError

    source = source_name(files, name)
    with told(ExtractError):
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
    settings, project = configured()
    from cdp_pipeline.reporting.expectations import draft_suites, write_suites
    from cdp_pipeline.resources.warehouse import WarehouseError

    if source not in project.sources:
        raise typer.BadParameter(f"'{source}' is not one of {sorted(project.sources)}")
    require_warehouse(settings)
    with told(WarehouseError):
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
    settings, project = configured()
    from cdp_pipeline.reporting.dictionary import write_dictionary

    folder = out or settings.home / "docs" / "dictionary"
    count = write_dictionary(load_catalogue(project), settings, folder)
    console.print(f"{count} tables described; open {folder / 'index.html'}", soft_wrap=True)


@app.command()
def ui(port: Annotated[int, typer.Option(help="Port on localhost.")] = 3000) -> None:
    """Open the Dagster UI and its daemon on localhost, until Ctrl-C."""
    configured()
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


if __name__ == "__main__":
    app()
