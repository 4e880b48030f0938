"""`identity.identifier_links`: links between records that share an exact identifier."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.identifiers import links_select


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """Each pair of records that hold the same personal value."""
    return links_select(project.identity)
