"""Models `expected_orders` and `customer_value`: days with a purchase to come, and what they will be worth.

BG/NBD on distinct histories, times the Gamma-Gamma mean of a customer's spend (`domain.customer_value`). Judged
on the days after the cutoff: purchases by the root mean squared error, beside the customer's own rate so far;
value by the share of what was spent that the top tenth holds, beside that rate times the own mean.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlglot import exp

from cdp_pipeline.assets.metrics.score_inputs import (
    Evaluation,
    Floats,
    certainty,
    columns,
    deciles,
    judged_at,
    require_customers,
    rmse,
    stage_histories,
    stage_judged,
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


@dataclass(frozen=True)
class _Known:
    """What is learnt at a cutoff: the purchase model, and what customers who came back spent (repeats, mean spend; the mean of all)."""

    purchases: PurchaseModel
    repeats: Floats
    mean_spends: Floats
    mean_spend: float

    def spend(self) -> dict[str, float]:
        """Parameters of the spend model; raises NotFitted."""
        return {**fit_spend(self.repeats, self.mean_spends).as_dict(), "mean_spend": self.mean_spend}


@dataclass(frozen=True)
class _Judged:
    """Customers that the models are judged by: what was foretold of them, what their own rate says, and what they did."""

    repeats: Floats
    mean_spend: Floats
    purchases: Floats
    spent: Floats
    foretold: Floats
    rate: Floats


class PurchaseTraining:
    """The training of both models, of one day: they share what is known at a cutoff, and whom they are judged by."""

    def __init__(self) -> None:
        self._known: dict[date, _Known] = {}
        self._judged: _Judged | None = None

    def orders(self, session: Session, asked: Predictions, trained_on: date) -> tuple[dict[str, Any], Evaluation]:
        """Parameters and evaluation of `expected_orders`, which asks for no amounts; raises NotFitted."""
        at_cutoff = self._known_at(session, asked, judged_at(asked, trained_on)).purchases
        evaluation = _evaluated_orders(self._judged_by(session, asked, trained_on))
        evaluation.figures["log_likelihood"] = at_cutoff.log_likelihood
        parameters = self._known_at(session, asked, trained_on).purchases.as_dict()
        return {**parameters, "at_cutoff": at_cutoff.as_dict()}, evaluation

    def value(self, session: Session, asked: Predictions, trained_on: date) -> tuple[dict[str, Any], Evaluation]:
        """Parameters and evaluation of `customer_value`; raises NotFitted."""
        spend = self._known_at(session, asked, judged_at(asked, trained_on)).spend()
        evaluation = _evaluated_value(self._judged_by(session, asked, trained_on), spend)
        known = self._known_at(session, asked, trained_on)
        return {**known.purchases.as_dict(), "spend": known.spend()}, evaluation

    def _known_at(self, session: Session, asked: Predictions, cutoff: date) -> _Known:
        if cutoff not in self._known:
            stage_histories(session, cutoff)
            histories = _distinct(session)
            require_customers(int(histories.customers.sum()), asked)
            repeats, amounts = columns(session, QUERIES["spends"], ("repeats", "mean_spend"))
            mean = round(float(session.rows(QUERIES["mean_spend"])[0][0]), 6)
            self._known[cutoff] = _Known(fit_purchases(histories), repeats, amounts, mean)
        return self._known[cutoff]

    def _judged_by(self, session: Session, asked: Predictions, trained_on: date) -> _Judged:
        if self._judged is None:
            cutoff = judged_at(asked, trained_on)
            stage_judged(session, cutoff)
            self._judged = _foretold(session, asked, self._known_at(session, asked, cutoff).purchases)
        return self._judged


def _distinct(session: Session) -> Histories:
    return Histories.of_days(*columns(session, QUERIES["distinct_histories"], (*HISTORY, "customers")))


def _foretold(session: Session, asked: Predictions, model: PurchaseModel) -> _Judged:
    names = (*HISTORY, "mean_spend", "purchases", "spent_later")
    repeats, recency, age, mean_spend, purchases, spent = columns(session, QUERIES["judged"], names)
    histories = Histories.of_days(repeats, recency, age, np.ones(len(repeats)))
    foretold = model.expected(histories, asked.horizon_days / DAYS_A_WEEK)
    return _Judged(repeats, mean_spend, purchases, spent, foretold, repeats / np.maximum(age, 1) * asked.horizon_days)


def _evaluated_orders(found: _Judged) -> Evaluation:
    foretold, purchases = found.foretold, found.purchases
    has_spread = len(foretold) > 1 and foretold.std() > 0 and purchases.std() > 0
    return Evaluation(
        "root mean squared error of purchase days",
        rmse(foretold, purchases),
        rmse(found.rate, purchases),
        len(purchases),
        figures={
            "correlation": round(float(np.corrcoef(foretold, purchases)[0, 1]), 6) if has_spread else 0.0,
            "foretold": round(float(foretold.sum()), 3),
            "found": float(purchases.sum()),
        },
        deciles=deciles(foretold, purchases),
        certainty=certainty((found.rate - purchases) ** 2, (foretold - purchases) ** 2),
    )


def _evaluated_value(found: _Judged, spend: dict[str, float]) -> Evaluation:
    spent = found.spent
    worth = found.foretold * _mean_to_come(found.repeats, found.mean_spend, spend)
    typical = np.where(found.mean_spend > 0, found.mean_spend, spend["mean_spend"])
    return Evaluation(
        "share of later spending in the top tenth",
        deciles(worth, spent)[0][2],
        deciles(found.rate * typical, spent)[0][2],
        len(spent),
        higher_is_better=True,
        figures={"root_mean_squared_error": rmse(worth, spent)},
        deciles=deciles(worth, spent),
    )


def _mean_to_come(repeats: Floats, mean_spend: Floats, spend: dict[str, float]) -> Floats:
    model = SpendModel(spend["p"], spend["q"], spend["v"])
    below = model.p * repeats + model.q - 1
    known = model.p * (model.v + repeats * mean_spend) / np.where(below > 0, below, 1.0)
    mean: Floats = np.where(below > 0, known, spend["mean_spend"])
    return mean


def stage_scores(session: Session, asked: Predictions, parameters: dict[str, Any], model: str) -> None:
    """`scores` (profile_id, score, choice, effects): effects are what each part of a history adds to the score of a profile."""
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
    session.stage("scores", QUERIES[model])


def _effects(model: PurchaseModel, histories: Histories, expected: Floats, weeks: float) -> dict[str, Floats]:
    """What each part of a history adds: the score beside that of the same history with the middle customer's part.

    The parts are those of the labels (purchase days, and the days since the last and since the first), so that
    each of the compared histories could be somebody's.
    """
    repeats, age, since_last = histories.repeats, histories.age, histories.age - histories.recency
    middle = [_weighted_median(part, histories.customers) for part in (repeats, since_last, age)]
    changed = {
        "effect_repeats": (np.full_like(age, middle[0]), since_last, age),
        "effect_recency": (repeats, np.minimum(middle[1], age), age),
        "effect_age": (repeats, since_last, np.full_like(age, middle[2])),
    }
    found = {}
    for name, (other_repeats, other_since, other_age) in changed.items():
        recency = np.where(other_repeats > 0, np.maximum(other_age - other_since, 0.0), 0.0)
        other = model.expected(Histories(other_repeats, recency, other_age, histories.customers), weeks)
        found[name] = np.round(expected - other, 9)
    return found


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) >= weights.sum() / 2
    return float(values[order][reached][0])
