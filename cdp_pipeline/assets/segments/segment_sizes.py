"""`segments.segment_sizes`: how many profiles each segment holds, with its history as a plot, against what is expected."""

from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.charts import history
from cdp_pipeline.assets.segments.segment_queries import segment_definitions
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, rows_select
from cdp_pipeline.sql.files import beside

DAYS_SHOWN = 30
EXPECTED = Expectation(
    expectation="expect_segments_to_have_their_expected_size",
    severity="warn",
    dimension="accuracy",
    sentence="Each segment has the size that its file expects.",
)
CHECKS = (EXPECTED,)


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The SELECT of the `.sql` file beside: a row for every segment, also for one without members."""
    types = {"segment": "varchar", "smallest": "bigint", "largest": "bigint", "definition": "varchar"}
    made_by = segment_definitions(project)
    sizes = {name: segment.expected_size for name, segment in sorted(project.segments.items())}
    rows = [(name, size.min, size.max, made_by[name]) for name, size in sizes.items()]
    return beside(__file__, segments=rows_select(types, rows))


def metadata(run: TableRun) -> dict[str, Any]:
    """The sizes of the last days as a plot."""
    _judge(run)
    newest = exp.select(column("as_of_day")).distinct().from_("segments.segment_sizes").order_by("as_of_day desc")
    sizes = exp.select("as_of_day", "segment", "members").from_("segments.segment_sizes")
    shown = sizes.where(exp.In(this=column("as_of_day"), query=newest.limit(DAYS_SHOWN).subquery()))
    return {"size history": history(run.session.rows(shown), "members")}


def _judge(run: TableRun) -> None:
    """Name the segments of the run's last day that surprise."""
    asked = exp.select("segment", "members").from_("segments.segment_sizes").order_by(column("segment"))
    last = exp.EQ(this=column("as_of_day"), expression=exp.select("max(day)").from_("run_days").subquery())
    found = run.session.rows(asked.where(last, "not is_expected"))
    observed = "; ".join(f"{name} has {members}" for name, members in found) or "all have"
    run.judge(EXPECTED, not found, observed)
