"""The table at the end of a run: what came in, who came out, what was checked and delivered."""

from dataclasses import dataclass, field
from datetime import date

from rich.console import Console
from rich.markup import escape

from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.checks.pages import write_pages
from cdp_pipeline.config.project import Project
from cdp_pipeline.partitions import days_between
from cdp_pipeline.reporting.tables import shown_table
from cdp_pipeline.resources.engines import warehouse_of
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
SIZES = ("members", "entered", "left")


@dataclass
class RunRecord:
    """What a run's events told: seconds by layer, checks held and not, and why it failed."""

    seconds: dict[str, float] = field(default_factory=dict)
    passed: int = 0
    warned: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    succeeded: bool = False


def print_summary(
    console: Console, project: Project, settings: Settings, days: tuple[date, ...], record: RunRecord
) -> None:
    """Print the tables; a warehouse without them (a first run that failed) prints none."""
    with warehouse_of(settings).session() as session:
        if not session.columns("activation.deliveries"):
            return
        stage_run_days(session, (days[-1],), project.deployment)
        session.stage_rows("period", {"day": "date"}, [(day,) for day in days_between(days[0], days[-1])])
        delivered = {str(row[0]) for row in session.rows(QUERIES["delivered"])}
        figures = dict(session.rows(QUERIES["figures"]))
        segments = session.rows(QUERIES["segments"])
    _print_figures(console, figures, record, days)
    _print_missing(console, project, settings, delivered)
    console.print(shown_table(f"Segments as of {days[-1]}", ("segment", *SIZES), segments, SIZES))
    print_deliveries(console, settings, project, days[-1])
    seconds = [(layer, f"{spent:.1f}") for layer, spent in record.seconds.items()]
    console.print(shown_table("Seconds by layer", ("layer", "seconds"), seconds, ("seconds",)))


def print_deliveries(console: Console, settings: Settings, project: Project, day: date) -> None:
    """What each destination was told as of the day, and where it lies."""
    with warehouse_of(settings).session() as session:
        stage_run_days(session, (day,), project.deployment)
        deliveries = session.rows(QUERIES["deliveries"])
    headers = ("destination", "status", "members", "added", "removed", "no consent", "refused else")
    console.print(shown_table("Deliveries", headers, [row[:-1] for row in deliveries], headers[2:]))
    for folder in (row[-1] for row in deliveries if row[1] == "delivered"):
        console.print(f"  {settings.exports / folder}", soft_wrap=True)


def _print_missing(console: Console, project: Project, settings: Settings, delivered: set[str]) -> None:
    """Tables that received no file: late, or a path that matches nothing."""
    asked = {
        f"{source.source}.{source.plain_name(name)}": definition.extract.path
        for name, source, definition in project.tables()
    }
    for name, path in asked.items():
        if name not in delivered:
            console.print(
                f"[yellow]no file[/yellow] {name}: nothing matches {escape(str(settings.landing / path))}",
                soft_wrap=True,
            )


def tell_quality(console: Console, project: Project, settings: Settings) -> None:
    """Write the quality pages of a failed run, with the branches that went on after the failure, and say where."""
    with warehouse_of(settings).session() as session:
        if write_pages(session, project, settings.quality_pages):
            console.print(f"Quality of the day: {settings.quality_pages / 'index.html'}", markup=False)


def _print_figures(console: Console, figures: dict[str, int], record: RunRecord, days: tuple[date, ...]) -> None:
    records, profiles = figures["person records"], figures["profiles"]
    rate = 1 - profiles / records if records else 0.0
    rows = [(name, f"{value:,}") for name, value in figures.items()]
    rows.insert(2, ("merge rate (records that joined another)", f"{rate:.1%}"))
    rows.append(("checks held / warned / blocked", f"{record.passed} / {len(record.warned)} / {len(record.blocked)}"))
    period = str(days[0]) if len(days) == 1 else f"{days[0]} to {days[-1]}"
    console.print(shown_table(f"Run of {period}", ("figure", "value"), rows, ("value",)))
    for sentence in record.warned:
        console.print(f"warning: {sentence}", style="yellow", markup=False, soft_wrap=True)
    for sentence in record.blocked:
        console.print(f"blocked: {sentence}", style="red", markup=False, soft_wrap=True)
