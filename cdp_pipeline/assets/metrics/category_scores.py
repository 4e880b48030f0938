"""Model `next_category`: the category of which a customer will buy next, of those that are not just owned or refused.

Logistic regression over pairs of customer and category, learnt from who bought what after a cutoff; judged at a
later cutoff by how many of those who bought of such a category bought of the one that came first, beside the one
of them that everybody bought most lately.
"""

from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import Any

import numpy as np
from sqlglot import exp

from cdp_pipeline.assets.metrics.score_inputs import (
    JUDGED,
    LEARNT,
    Evaluation,
    Floats,
    columns,
    judged_at,
    learnt_at,
    require_customers,
    stage_histories,
)
from cdp_pipeline.config.metrics import Predictions
from cdp_pipeline.domain.expressions import DIALECT, named
from cdp_pipeline.domain.fitting import NotFitted
from cdp_pipeline.domain.linear_scores import LinearScore, fit_linear
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
NAME = "next_category"
LABELS = {
    "bought": "articles of it bought",
    "looked": "touches of it in 90 days",
    "days_since_bought": "days since the last of it was bought",
    "lately": "its share of what everybody bought in 90 days, in percent",
    "last_year": "its share of what everybody bought in this season of the year before, in percent",
}


def train(session: Session, asked: Predictions, trained_on: date) -> tuple[dict[str, Any], Evaluation]:
    """Parameters and evaluation; raises NotFitted."""
    cutoff = judged_at(asked, trained_on)
    session.stage("category_sales", QUERIES["category_sales"])
    _stage_categories(session, LEARNT)
    known_at = cache(partial(_learnt_from, session))  # the two fits share cutoffs
    model, to_keep = (_learnt(known_at, asked, last_day) for last_day in (cutoff, trained_on))
    _stage_categories(session, JUDGED)
    stage_histories(session, cutoff, JUDGED)
    _stage_pairs(session)
    _stage_choices(session, model)
    buyers, hits, naive = session.rows(QUERIES["hits"])[0]
    require_customers(buyers, asked)
    evaluation = Evaluation(
        "share of buyers whose first category was right",
        round(hits / buyers, 6),
        round(naive / buyers, 6),
        buyers,
        higher_is_better=True,
    )
    return to_keep.as_dict(), evaluation


def _learnt(known_at: Callable[[date], list[Floats]], asked: Predictions, last_day: date) -> LinearScore:
    """The model of all the cutoffs to learn at; raises NotFitted."""
    found = [known_at(cutoff) for cutoff in learnt_at(asked, last_day)]
    *features, bought = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if not len(bought):
        raise NotFitted("nobody bought anything after the cutoffs")
    return fit_linear(dict(zip(LABELS, features, strict=True)), bought)


def _learnt_from(session: Session, cutoff: date) -> list[Floats]:
    stage_histories(session, cutoff, LEARNT)
    _stage_pairs(session)
    return columns(session, QUERIES["learnt"], (*LABELS, "is_bought"))


def _stage_categories(session: Session, customers: str) -> None:
    """`category_touches`: of those in the table `customers`."""
    asked = exp.replace_tables(QUERIES["category_touches"], {"customers": customers}, dialect=DIALECT)
    session.stage("category_touches", asked)


def _stage_pairs(session: Session) -> None:
    """`pairs`: each customer with each category, and `found`: what they bought after the staged cutoff."""
    session.stage("pairs", QUERIES["category_features"])
    session.stage("found", QUERIES["category_found"])


def _stage_choices(session: Session, model: LinearScore) -> None:
    """`chosen`: of each customer the category with the highest probability."""
    scored = exp.select("*", named(exp.func("round", model.probability("pairs"), exp.Literal.number(9)), "probability"))
    session.stage("pairs_scored", scored.from_("pairs"))
    session.stage("chosen", QUERIES["chosen"])


def stage_scores(session: Session, asked: Predictions, parameters: dict[str, Any], model: str) -> None:
    """`scores` (profile_id, score, choice, effects): effects are what each feature adds to the log-odds of the choice."""
    score = LinearScore.of_dict(parameters)
    session.stage("category_sales", QUERIES["category_sales"])
    _stage_categories(session, "histories")
    session.stage("pairs", QUERIES["category_features"])
    _stage_choices(session, score)
    chosen = (
        exp.select("chosen.*", named(score.effects("pairs", LABELS), "effects"))
        .from_("pairs")
        .join("chosen", on="pairs.profile_id = chosen.profile_id and pairs.category = chosen.choice")
    )
    session.stage("scores", chosen)
