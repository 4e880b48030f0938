"""`identity.identity_events`: the log of every change of the identity map.

`identity.identity_map` appends to it in the step that changes the map: so its replay is the map, on the
day of the last run as on any day before.
"""

from datetime import date

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.expressions import literal, named, no_rows
from cdp_pipeline.resources.warehouse import Session, unaudited
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
EVENTS = "identity.identity_events"


def build(run: TableRun) -> None:
    """It stands already."""
    run.keep()


def map_as_of(session: Session, day: date) -> exp.Expr:
    """The identity map as the run of a day left it (record_id, profile_id), rebuilt from the events."""
    session.stage("as_of", exp.select(named(literal(day), "day")))
    return QUERIES["map_as_of"]


def log_events(run: TableRun, is_logged: bool) -> None:
    """Append what differs between the temporary tables `before` and `members`, numbered on from the log."""
    session = run.session
    session.stage("last_event", QUERIES["last_event"] if is_logged else no_rows({"event_no": "bigint"}))
    if is_logged:
        session.append(EVENTS, QUERIES["events"])
    else:
        session.replace_table(EVENTS, QUERIES["events"], unaudited)
    found = session.rows(QUERIES["events_by_kind"])
    run.metadata.update({f"{event} events": int(count) for event, count in found})
