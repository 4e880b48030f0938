"""Drift of the linkage: whether match weights are still distributed as on the first day of their model.

Measured by the population stability index (Siddiqi 2006, Credit Risk Scorecards) over the shares that
`quality.measures` has of each day.
"""

from cdp_pipeline.checks.suites import CheckResult
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import beside

QUERY = beside(__file__)
SCORED = "identity.scored_pairs"
"""The table that is checked."""
AS_TRAINED = Expectation(
    expectation="expect_scores_as_on_the_first_day_of_the_model",
    severity="warn",
    dimension="consistency",
    sentence="Match weights are distributed as on the model's first day; where not, `cdp train --compare` shows a new one.",
)


def drift(session: Session, limit: float) -> CheckResult:
    """Compare the newest of the run's days with the model's first; `limit` is the index that suggests retraining."""
    index = float(session.rows(QUERY)[0][0])
    return CheckResult(AS_TRAINED, index < limit, f"population stability index {index:.3f}", columns=("match_weight",))
