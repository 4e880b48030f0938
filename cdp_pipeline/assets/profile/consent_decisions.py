"""`profile.consent_decisions`: what was decided for each channel and purpose, in the order in which it counts."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.consent import rules_select
from cdp_pipeline.sql.files import named_beside, over

QUERIES = named_beside(__file__)


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """By the rules of `seeds/consent.yml`, of all records of a profile, for its golden contact points."""
    return decisions_select(project, "golden_points")


def decisions_select(project: Project, points: str) -> exp.Query:
    """The same for other contact points: the query `points` (profile_id, kind, value)."""
    return over(QUERIES["decisions"], rules=rules_select(project.consent), points=QUERIES[points])
