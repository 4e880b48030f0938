"""`cdp deliver`: what a delivery would tell a partner, and what it told."""

from datetime import date

from rich.console import Console
from rich.table import Table
from sqlglot import exp

from cdp_pipeline.assets.activation.audiences import REASONS, stage_audience
from cdp_pipeline.assets.activation.deliveries import outcomes
from cdp_pipeline.assets.activation.outbox import (
    Delta,
    file_batches,
    file_select,
    least_audience,
    stage_delta,
    stage_wanted,
)
from cdp_pipeline.assets.activation.people import stage_published_ids
from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.expressions import column, macro, named
from cdp_pipeline.privacy.pseudonyms import pseudonym_key
from cdp_pipeline.reporting.tables import shown_table
from cdp_pipeline.resources.engines import warehouse_of
from cdp_pipeline.resources.warehouse import Session, require
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
READ = ("segments.segment_members", "profile.profiles", "activation.delivery_members", "activation.removals")
ROWS_SHOWN = 5
WIDEST = 24
"""Characters of a masked value that are shown."""


def newest_day(settings: Settings) -> date:
    """The day that deliveries are as of; raises WarehouseError before the first run."""
    with warehouse_of(settings).session(read_only=True) as session:
        require(session, READ)
        day: date = session.rows(QUERIES["newest"])[0][0]
        return day


def print_dry_run(
    console: Console, settings: Settings, project: Project, destination: Destination, *, is_resync: bool
) -> None:
    """Print the counts of the delivery that a run would make now, and a few of its rows, masked; nothing is written."""
    day = newest_day(settings)
    with warehouse_of(settings).session(read_only=True) as session:
        stage_run_days(session, (day,), project.deployment)
        stage_audience(session, project)
        stage_published_ids(session, pseudonym_key(settings))
        stage_wanted(session, destination, day)
        delta = stage_delta(session, destination, day, is_resync=is_resync)
        console.print(_counts(session, delta, day))
        if delta.is_nothing:
            console.print("The partner holds what it may hold: nothing would go out.")
        if not delta.is_large_enough:
            least = least_audience(destination)
            console.print(f"{delta.wanted:,} are fewer than {least:,}: nobody new would be added.", style="yellow")
        for action, batches in file_batches(session, delta):
            console.print(_rows(session, delta, action, batches[0]))


def _counts(session: Session, delta: Delta, day: date) -> Table:
    counts = outcomes(session, delta.destination)
    figures = {
        "in its segments": sum(counts.values()),
        **{f"refused: {reason.replace('_', ' ')}": counts.get(reason, 0) for reason in REASONS},
        "may be delivered": delta.wanted,
        "held by the partner": delta.held,
    }
    told = session.rows(QUERIES["reasons"])
    rows = [*figures.items(), *((f"would {action}: {reason}", number) for action, reason, number in told)]
    title = f"{delta.destination.name} as of {day}"
    return shown_table(title, ("figure", "profiles"), rows)


def _rows(session: Session, delta: Delta, action: str, batch: int) -> Table:
    """The first rows of a file, texts as their pattern (A and a for letters, 9 for digits)."""
    session.stage("shown", file_select(delta, action, batch).limit(ROWS_SHOWN))
    headers = list(session.columns("shown"))
    masked = [
        named(
            exp.func("left", macro("pattern_of", exp.cast(column(header), "varchar")), exp.Literal.number(WIDEST)),
            header,
        )
        for header in headers
    ]
    return shown_table(
        f"{action}: {ROWS_SHOWN} rows, masked", headers, session.rows(exp.select(*masked).from_("shown"))
    )
