"""`segments.segment_sizes`: how many profiles each segment holds, with its history as a plot."""

from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.charts import history
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column
from cdp_pipeline.sql.files import beside

DAYS_SHOWN = 30


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The SELECT of the `.sql` file beside."""
    return beside(__file__)


def metadata(run: TableRun) -> dict[str, Any]:
    """The sizes of the last days as a plot."""
    newest = exp.select(column("as_of_day")).distinct().from_("segments.segment_sizes").order_by("as_of_day desc")
    sizes = exp.select("as_of_day", "segment", "members").from_("segments.segment_sizes")
    shown = sizes.where(exp.In(this=column("as_of_day"), query=newest.limit(DAYS_SHOWN).subquery()))
    return {"size history": history(run.session.rows(shown), "members")}
