"""Model `lapse`: the probability that a customer buys nothing within the days to come.

Logistic regression on what was known at a cutoff, with what happened after it; judged at a later cutoff by the
Brier score, beside the better of two naive answers: the share that lapsed before, for everybody, and the same
regression on the days since the last purchase alone.
"""

from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import Any

import numpy as np
from sqlglot import exp

from cdp_pipeline.assets.metrics import score_inputs
from cdp_pipeline.assets.metrics.score_inputs import (
    JUDGED,
    LEARNT,
    Evaluation,
    Floats,
    certainty,
    columns,
    deciles,
    judged_at,
    learnt_at,
    require_customers,
    stage_histories,
)
from cdp_pipeline.config.metrics import Predictions
from cdp_pipeline.domain.expressions import column, named, null_as
from cdp_pipeline.domain.linear_scores import LinearScore, fit_linear
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
NAME = "lapse"
LABELS = {
    "days_since_purchase": "days since the last purchase",
    "purchase_days": "purchase days",
    "tenure_days": "days since the first purchase",
    "overdue": "days since the last purchase for each day between purchases",
    "mean_spend": "mean amount of a purchase",
    "clicks": "clicks in e-mails in 90 days",
    "views": "pages and videos seen in 90 days",
    "active_days": "active days in 90 days",
}
BASELINE = "days_since_purchase"


def train(session: Session, asked: Predictions, trained_on: date) -> tuple[dict[str, Any], Evaluation]:
    """Parameters and evaluation; raises NotFitted."""
    cutoff = judged_at(asked, trained_on)
    known_at = cache(partial(_learnt_from, session))  # the two fits share cutoffs
    features, lapsed = _learnt(known_at, asked, cutoff)
    model, by_recency = fit_linear(features, lapsed), fit_linear({BASELINE: features[BASELINE]}, lapsed)
    usual = float(lapsed.mean())
    stage_histories(session, cutoff, JUDGED)
    features, lapsed = _known(session)
    require_customers(len(lapsed), asked)
    foretold = model.probabilities(features)
    naive = min((np.full_like(lapsed, usual), by_recency.probabilities(features)), key=lambda p: _brier(p, lapsed))
    evaluation = Evaluation(
        "Brier score",
        _brier(foretold, lapsed),
        _brier(naive, lapsed),
        len(lapsed),
        figures={"lapsed": round(float(lapsed.mean()), 6)},
        deciles=deciles(foretold, lapsed),
        certainty=certainty((naive - lapsed) ** 2, (foretold - lapsed) ** 2),
    )
    return fit_linear(*_learnt(known_at, asked, trained_on)).as_dict(), evaluation


def _learnt(
    known_at: Callable[[date], tuple[dict[str, Floats], Floats]], asked: Predictions, last_day: date
) -> tuple[dict[str, Floats], Floats]:
    """Features and outcomes at all the cutoffs to learn at, one after another; raises NotFitted."""
    found = [known_at(cutoff) for cutoff in learnt_at(asked, last_day)]
    lapsed = np.concatenate([outcome for _, outcome in found])
    require_customers(len(lapsed), asked)
    return {name: np.concatenate([features[name] for features, _ in found]) for name in LABELS}, lapsed


def _learnt_from(session: Session, cutoff: date) -> tuple[dict[str, Floats], Floats]:
    stage_histories(session, cutoff, LEARNT)
    return _known(session)


def _known(session: Session) -> tuple[dict[str, Floats], Floats]:
    """Features at the staged cutoff, and who bought nothing in the days after it (1.0)."""
    session.stage("outcomes", score_inputs.QUERIES["outcomes"])
    session.stage("features", QUERIES["lapse_features"])
    shown = [column(name, "features") for name in LABELS]
    joined = (
        exp.select(*shown, column("purchases", "outcomes"))
        .from_("features")
        .join("outcomes", on="features.profile_id = outcomes.profile_id")
        .order_by("features.profile_id")
    )
    *found, purchases = columns(session, joined, [*LABELS, "purchases"])
    return dict(zip(LABELS, found, strict=True)), np.asarray(purchases == 0, dtype=np.float64)


def _brier(foretold: Floats, found: Floats) -> float:
    return round(float(((foretold - found) ** 2).mean()), 6) if len(found) else 1.0


def stage_scores(session: Session, asked: Predictions, parameters: dict[str, Any], model: str) -> None:
    """`scores` (profile_id, score, choice, effects): effects are what each feature adds to the log-odds of a profile."""
    score = LinearScore.of_dict(parameters)
    session.stage("features", QUERIES["lapse_features"])
    told = (named(score.probability("features"), "score"), named(null_as("varchar"), "choice"))
    effects = named(score.effects("features", LABELS), "effects")
    session.stage("scores", exp.select("profile_id", *told, effects).from_("features"))
