"""Models `expected_orders` and `customer_value`: days with a purchase to come, and what they will be worth.

BG/NBD on distinct histories, times the Gamma-Gamma mean of a customer's spend (`domain.customer_value`). Judged
on the days after the cutoff: purchases by the root mean squared error, beside the customer's own rate so far;
value by the share of what was spent that the top tenth holds, beside that rate times the own mean.
"""

from datetime import date
from typing import Any

import numpy as np
from sqlglot import exp

from cdp_pipeline.assets.metrics import score_inputs
from cdp_pipeline.assets.metrics.score_inputs import (
    Evaluation,
    Floats,
    columns,
    deciles,
    judged_at,
    require_customers,
    rmse,
    stage_histories,
)
from cdp_pipeline.config.metrics import Predictions
from cdp_pipeline.domain.customer_value import (
    DAYS_A_WEEK,
    Histories,
    PurchaseModel,
    SpendModel,
    fit_purchases,
    fit_spend,
)
from cdp_pipeline.domain.expressions import literal, named
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
HISTORY = ("repeats", "recency_days", "age_days")
ORDERS, VALUE = "expected_orders", "customer_value"


def train(session: Session, asked: Predictions, trained_on: date) -> dict[str, tuple[dict[str, Any], Evaluation]]:
    """Parameters and evaluation of both models; raises NotFitted."""
    stage_histories(session, judged_at(asked, trained_on))
    session.stage("outcomes", score_inputs.QUERIES["outcomes"])
    purchases, spend = _fit(session, asked)
    orders, value = _evaluate(session, asked, purchases, spend)
    orders.figures["log_likelihood"] = purchases.log_likelihood
    stage_histories(session, trained_on)
    final, final_spend = _fit(session, asked)
    kept = {**final.as_dict(), "at_cutoff": purchases.as_dict()}
    return {ORDERS: (kept, orders), VALUE: ({**final.as_dict(), "spend": final_spend}, value)}


def _fit(session: Session, asked: Predictions) -> tuple[PurchaseModel, dict[str, float]]:
    histories = _distinct(session)
    require_customers(int(histories.customers.sum()), asked)
    repeats, amounts = columns(session, QUERIES["spends"], ("repeats", "mean_spend"))
    mean = float(session.rows(QUERIES["mean_spend"])[0][0])
    return fit_purchases(histories), {**fit_spend(repeats, amounts).as_dict(), "mean_spend": round(mean, 6)}


def _distinct(session: Session) -> Histories:
    return Histories.of_days(*columns(session, QUERIES["distinct_histories"], (*HISTORY, "customers")))


def _evaluate(
    session: Session, asked: Predictions, model: PurchaseModel, spend: dict[str, float]
) -> tuple[Evaluation, Evaluation]:
    names = (*HISTORY, "mean_spend", "purchases", "spent_later")
    repeats, recency, age, mean_spend, purchases, spent = columns(session, QUERIES["judged"], names)
    histories = Histories.of_days(repeats, recency, age, np.ones(len(repeats)))
    foretold = model.expected(histories, asked.horizon_days / DAYS_A_WEEK)
    rate = repeats / np.maximum(age, 1) * asked.horizon_days
    has_spread = len(foretold) > 1 and foretold.std() > 0 and purchases.std() > 0
    orders = Evaluation(
        "root mean squared error of purchase days",
        rmse(foretold, purchases),
        rmse(rate, purchases),
        len(repeats),
        figures={
            "correlation": round(float(np.corrcoef(foretold, purchases)[0, 1]), 6) if has_spread else 0.0,
            "foretold": round(float(foretold.sum()), 3),
            "found": float(purchases.sum()),
        },
        deciles=deciles(foretold, purchases),
    )
    worth = foretold * _mean_to_come(repeats, mean_spend, spend)
    typical = np.where(mean_spend > 0, mean_spend, spend["mean_spend"])
    value = Evaluation(
        "share of later spending in the top tenth",
        deciles(worth, spent)[0][2],
        deciles(rate * typical, spent)[0][2],
        len(repeats),
        higher_is_better=True,
        figures={"root_mean_squared_error": rmse(worth, spent)},
        deciles=deciles(worth, spent),
    )
    return orders, value


def _mean_to_come(repeats: Floats, mean_spend: Floats, spend: dict[str, float]) -> Floats:
    model = SpendModel(spend["p"], spend["q"], spend["v"])
    below = model.p * repeats + model.q - 1
    known = model.p * (model.v + repeats * mean_spend) / np.where(below > 0, below, 1.0)
    mean: Floats = np.where(below > 0, known, spend["mean_spend"])
    return mean


def stage_scores(session: Session, asked: Predictions, parameters: dict[str, Any], model: str) -> None:
    """`scores` (profile_id, score, choice) and `effects`: what each feature adds to the score of a profile."""
    purchases = PurchaseModel(**{name: parameters[name] for name in ("r", "alpha", "a", "b", "log_likelihood")})
    histories = _distinct(session)
    weeks = asked.horizon_days / DAYS_A_WEEK
    expected = purchases.expected(histories, weeks)
    effects = _effects(purchases, histories, expected, weeks)
    distinct = {"repeats": histories.repeats, "recency_days": np.round(histories.recency * DAYS_A_WEEK)}
    ages = {"age_days": np.round(histories.age * DAYS_A_WEEK)}
    arrays = {name: values.astype(np.int64) for name, values in {**distinct, **ages}.items()}
    session.stage_arrays("foretold", {**arrays, "expected": np.round(expected, 9), **effects})
    spend = parameters.get("spend", {"p": 1.0, "q": 2.0, "v": 1.0, "mean_spend": 0.0})
    session.stage(
        "spend", exp.select(*(named(exp.cast(literal(value), "double"), name) for name, value in spend.items()))
    )
    session.stage("scored", QUERIES["scored"])
    score = "worth" if model == VALUE else "expected"
    session.stage("scores", exp.select("profile_id", named(exp.column(score), "score")).from_("scored"))
    session.stage("effects", QUERIES["effects_of_value" if model == VALUE else "effects"])


def _effects(model: PurchaseModel, histories: Histories, expected: Floats, weeks: float) -> dict[str, Floats]:
    """What each part of a history adds: the score beside that with the part of the middle customer."""
    middle = {
        name: _weighted_median(getattr(histories, name), histories.customers) for name in ("repeats", "recency", "age")
    }
    changed = {
        "effect_repeats": {"repeats": middle["repeats"]},
        "effect_recency": {"recency": middle["recency"]},
        "effect_age": {"age": middle["age"]},
    }
    found = {}
    for name, change in changed.items():
        repeats = np.full_like(expected, change["repeats"]) if "repeats" in change else histories.repeats
        age = np.full_like(expected, change["age"]) if "age" in change else histories.age
        recency = np.full_like(expected, change["recency"]) if "recency" in change else histories.recency
        recency = np.where(repeats > 0, np.minimum(recency, age), 0.0)
        other = model.expected(Histories(repeats, recency, age, histories.customers), weeks)
        found[name] = np.round(expected - other, 9)
    return found


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) >= weights.sum() / 2
    return float(values[order][reached][0])
