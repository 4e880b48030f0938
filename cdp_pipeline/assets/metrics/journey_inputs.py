"""Journeys: what people did on the way to a purchase, or to none, as of a day.

What belongs here: cutting the touches of a profile into journeys, which several tables read. A journey ends with
an order, and the next touch begins another; repeated steps count once. What does not: what is told of them.
"""

from collections.abc import Iterator
from datetime import date

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.metrics import Journeys
from cdp_pipeline.domain.expressions import literal, named, rows_select
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def stage_journeys(session: Session, asked: Journeys, *, by_campaign: bool = False) -> None:
    """`journey_touches`, `journeys` and `journey_steps_taken`, as of the day in `run_days`; a step is a campaign, where asked, else a touchpoint."""
    parameters = {"days": asked.days, "longest": asked.longest, "by_campaign": by_campaign}
    session.stage("journey", exp.select(*(named(literal(value), name) for name, value in parameters.items())))
    session.stage("journey_events", rows_select({"event": "varchar"}, [(event,) for event in asked.events]))
    for name in ("journey_touches", "journeys", "journey_steps_taken"):
        session.stage(name, QUERIES[name])


def write_days(run: TableRun, query: exp.Query) -> None:
    """Make the table of the run's days, each from its own journeys."""

    def parts(day: date) -> Iterator[exp.Query]:
        """The query, once the day's journeys are staged."""
        stage_journeys(run.session, run.project.metrics.journeys)
        yield query

    run.write_each_day(parts)
