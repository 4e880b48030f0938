"""`identity.identity_events`: the log of every change of the identity map.

`identity.identity_map` appends to it in the step that changes the map: so its replay is the map, on the
day of the last run as on any day before.
"""

from datetime import date

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.expressions import literal, named
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def build(run: TableRun) -> None:
    """It stands already."""
    run.keep()


def map_as_of(session: Session, day: date) -> exp.Expr:
    """The identity map as the run of a day left it (record_id, profile_id), rebuilt from the events."""
    session.stage("as_of", exp.select(named(literal(day), "day")))
    return QUERIES["map_as_of"]
