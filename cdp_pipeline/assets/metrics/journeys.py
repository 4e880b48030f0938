"""`metrics.journeys`: what people did on the way to a purchase, or to none, as of a day.

A journey ends with an order, and the next touch begins another. Of touches of one moment the one comes first
whose event `seeds/metrics.yml` names first (`journeys.events`). What is told of journeys is made of this table.
"""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import literal, named, rows_select
from cdp_pipeline.sql.files import beside


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The SELECT of the `.sql` file beside, with the parameters of `seeds/metrics.yml`."""
    journeys = project.metrics.journeys
    events = rows_select({"event": "varchar", "place": "bigint"}, [(name, n) for n, name in enumerate(journeys.events)])
    return beside(__file__, parameters=exp.select(named(literal(journeys.days), "days")), events=events)
