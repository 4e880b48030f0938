"""`profile.contact_point_consent`: what each profile allows at each of its addresses and numbers."""

from sqlglot import exp

from cdp_pipeline.assets.profile.consent_decisions import decisions_select
from cdp_pipeline.assets.profile.consent_state import state_select
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """By the same rules as `profile.consent_state`, for every pair whose channel uses such a contact point."""
    return state_select(project, "every_point", "asked_of_points", decisions_select(project, "every_point"))
