"""`segments.segment_overlaps`: how many profiles two segments share, as a heat map too."""

from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.charts import heat_map
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, literal
from cdp_pipeline.sql.files import beside


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The SELECT of the `.sql` file beside."""
    return beside(__file__)


def metadata(run: TableRun) -> dict[str, Any]:
    """The overlaps of the last day: of the smaller segment of two, the share that is in both."""
    of_day = exp.EQ(this=column("as_of_day"), expression=literal(run.as_of))
    sizes = run.session.rows(
        exp.select("segment", "count(*)").from_("segments.segment_members").where(of_day).group_by("segment")
    )
    shared = run.session.rows(
        exp.select("segment_a", "segment_b", "members").from_("segments.segment_overlaps").where(of_day.copy())
    )
    return {"overlaps": heat_map(dict(sizes), shared)}
