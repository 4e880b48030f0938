"""`profile.profile_contact_points`: every way to reach a profile, best first."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.contact_points import events_select
from cdp_pipeline.sql.files import beside


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """All contact points with what sources declare and touches tell of them."""
    return beside(__file__, events=events_select(project.survivorship))
