"""`profile.consent_state`: what each profile allows, by channel and purpose."""

from sqlglot import exp

from cdp_pipeline.assets.profile import consent_decisions
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.consent import rules_select
from cdp_pipeline.sql.files import named_beside, over

QUERIES = named_beside(__file__)


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """By the rules of `seeds/consent.yml`, for every profile and every configured pair, at its golden contact points."""
    return state_select(project, "golden_points", "asked_of_profiles", QUERIES["decided_for_profiles"])


def state_select(project: Project, points: str, asked: str, decisions: exp.Query) -> exp.Query:
    """What the decisions come to for every pair that is `asked` of the contact points."""
    given = {"rules": rules_select(project.consent), "points": consent_decisions.QUERIES[points]}
    return over(QUERIES["state"], **given, asked=QUERIES[asked], decisions=decisions)
