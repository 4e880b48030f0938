"""`segments.segment_members`: who is in which segment, as of a day."""

from sqlglot import exp

from cdp_pipeline.assets.segments.segment_queries import segment_queries
from cdp_pipeline.assets.sidecars import segment_vocabulary
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.segments import members_select


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """All segments of `seeds/segments/`, for the run's days."""
    return members_select(project.segments, segment_vocabulary(project), segment_queries(project))
