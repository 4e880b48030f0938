"""`profile.consent_decisions`: what was decided for each channel and purpose, in the order in which it counts."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.consent import rules_select
from cdp_pipeline.sql.files import beside


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """By the rules of `seeds/consent.yml`, of all records of a profile."""
    return beside(__file__, rules=rules_select(project.consent))
