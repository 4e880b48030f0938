"""`metrics.journey_paths`: the ways that people go across channels, and how many end in a purchase."""

from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.charts import stacked_bars
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import literal, named
from cdp_pipeline.sql.files import named_beside, over

QUERIES = named_beside(__file__)


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The paths, of as many last steps as `seeds/metrics.yml` asks for."""
    return over(QUERIES["paths"], parameters=exp.select(named(literal(project.metrics.journeys.longest), "longest")))


def metadata(run: TableRun) -> dict[str, Any]:
    """The commonest paths of the last day as a plot."""
    rows = run.session.rows(QUERIES["most"])
    ended = {"ended in a purchase": [row[1] for row in rows], "did not": [row[2] for row in rows]}
    return {"paths": stacked_bars([row[0] for row in rows], ended, "journeys")}
