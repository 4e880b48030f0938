"""`identity.shared_identifiers`: identifier values that several people share, so that they link nobody."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.identifiers import shared_select


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """By the limits of `seeds/identity.yml`."""
    return shared_select(project.identity)
