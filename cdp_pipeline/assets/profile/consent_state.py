"""`profile.consent_state`: what each profile allows, by channel and purpose."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.consent import rules_select
from cdp_pipeline.sql.files import beside


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """By the rules of `seeds/consent.yml`, for every profile and every configured pair."""
    return beside(__file__, rules=rules_select(project.consent))
