"""`unified.stores`: stores of all sources."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.mapping import Target


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The union of all sources' mappings."""
    return Target("stores", sidecar, project).select()
