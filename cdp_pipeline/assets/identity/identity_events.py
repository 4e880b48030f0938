"""`identity.identity_events`: the log of every change, appended to by comparing the map with the log itself.

Because the log's own replay is the last known map, a run that died between the two tables is made
good by the next one.
"""

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.expressions import literal, named, null_as
from cdp_pipeline.sql.files import beside
from cdp_pipeline.sql.lineage import parse


def build(run: TableRun) -> None:
    """The standing log and the changes since."""
    columns = {name: content.type for name, content in run.table.sidecar.columns.items()}
    if run.session.columns(run.table.full_name):
        run.session.stage("standing_events", parse("from identity.identity_events"))
    else:
        nothing = exp.select(*(named(null_as(kind), name) for name, kind in columns.items())).where(exp.false())
        run.session.stage("standing_events", nothing)
    run.session.stage("today", exp.select(named(literal(run.as_of), "day")))
    run.session.stage("changes", beside(__file__))
    found = run.session.rows(parse("select event, count(*) from changes group by event order by event"))
    run.metadata.update({f"{event} events": int(count) for event, count in found})
    run.write(parse("select * from standing_events union all select * from changes"))
