"""Journeys: what people did on the way to a purchase, or to none, as of a day.

What belongs here: cutting the touches of a profile into journeys, which several tables read. A journey ends with
an order, and the next touch begins another; repeated steps count once. What does not: what is told of them.
"""

from datetime import date

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun, stage_days
from cdp_pipeline.config.metrics import Journeys
from cdp_pipeline.domain.expressions import literal, named, no_rows, rows_select
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def stage_journeys(session: Session, asked: Journeys, day: date, *, by_campaign: bool) -> None:
    """`journey_touches`, `journeys` and `journey_steps_taken`; a step is a campaign, where asked, else a touchpoint."""
    stage_days(session, (day,))
    parameters = {"days": asked.days, "longest": asked.longest, "by_campaign": by_campaign}
    session.stage("journey", exp.select(*(named(literal(value), name) for name, value in parameters.items())))
    session.stage("journey_events", rows_select({"event": "varchar"}, [(event,) for event in asked.events]))
    for name in ("journey_touches", "journeys", "journey_steps_taken"):
        session.stage(name, QUERIES[name])


def write_days(run: TableRun, query: exp.Query, *, by_campaign: bool = False) -> None:
    """Make the table of the run's days, each from its own journeys."""
    session = run.session
    session.stage("by_day", no_rows(run.table.sidecar.types))
    for day in run.days:
        stage_journeys(session, run.project.metrics.journeys, day, by_campaign=by_campaign)
        session.append("by_day", query)
    stage_days(session, run.days)
    run.write(exp.select("*").from_("by_day"))
