"""`segments.segment_members`: who is in which segment, as of a day."""

from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.segments.segment_queries import naming_what_fails, segment_queries
from cdp_pipeline.assets.segments.silent_names import silent_names
from cdp_pipeline.assets.sidecars import segment_vocabulary
from cdp_pipeline.assets.table import TableRun, stage_parts
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.segments import members_select


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """All segments of `seeds/segments/`, for the run's days."""
    return members_select(project.segments, segment_vocabulary(project), segment_queries(project))


def build(run: TableRun) -> None:
    """Write the members of each day, of parts that are staged; a query that the engine refuses is told by its file."""
    query = select(run.project, run.table.sidecar)
    with naming_what_fails(run.session, run.project, run.project.segments.values()):
        run.write_each_day(lambda day: [stage_parts(run.session, query)])
    run.query = query
    run.metadata.update(metadata(run))


def metadata(run: TableRun) -> dict[str, Any]:
    """What segments ask for that no row has."""
    told = [f"{s.id}: {what}" for s in run.project.segments.values() for what in silent_names(run.session, s)]
    return {"asked in vain": "; ".join(told) or "nothing"}
