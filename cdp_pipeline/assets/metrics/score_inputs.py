"""What the predictions are made of, as of a cutoff: histories of purchases, and what came after.

What belongs here: inputs and the outcome of an evaluation, which all models share. Only profiles that allow
profiling are in any of them (`seeds/metrics.yml`, `predictions.purpose`). What does not: any one model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from cdp_pipeline.config.metrics import Predictions
from cdp_pipeline.domain.expressions import DIALECT, literal, named, text
from cdp_pipeline.domain.fitting import NotFitted
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
ALL, LEARNT, JUDGED = "purchase_days", "learnt_days", "judged_days"
GROUPS = 10
LEAST_CERTAINTY = 1.0
"""Standard errors: the one-standard-error rule (Breiman, Friedman, Olshen and Stone, 1984)."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """How well a model foretold what it had not seen, beside its naive baseline, by one measure.

    `certainty` is by how many standard errors it is better, of the differences of single profiles' losses.
    `deciles` are the profiles in ten groups by the score, the highest first: mean foretold, mean found, and
    the share of all that was found in this group and those before.
    """

    measure: str
    value: float
    baseline: float
    profiles: int
    higher_is_better: bool = False
    figures: dict[str, float] = field(default_factory=dict)
    deciles: tuple[tuple[float, float, float], ...] = ()
    certainty: float | None = None

    @property
    def beats_baseline(self) -> bool:
        """Whether it foretells better than the baseline, and more than by chance where that can be told."""
        is_better = self.value > self.baseline if self.higher_is_better else self.value < self.baseline
        return is_better and (self.certainty is None or self.certainty >= LEAST_CERTAINTY)


def stage_people(session: Session, asked: Predictions, last_day: date) -> None:
    """`parameters`, `allowed` and `purchase_days`: nothing after `last_day` is read."""
    values = (
        named(text(asked.purpose), "purpose"),
        named(literal(last_day), "last_day"),
        named(literal(asked.horizon_days), "horizon_days"),
        named(literal(asked.learn_from), "learn_from"),
        named(literal(asked.judge_by), "judge_by"),
        named(literal(asked.owned_days), "owned_days"),
        named(literal(asked.refused_days), "refused_days"),
    )
    session.stage("parameters", exp.select(*values))
    for name in ("allowed", ALL):
        session.stage(name, QUERIES[name])


def stage_drawn(session: Session) -> None:
    """`drawn` customers, and the purchase days of those that regressions learn from and of those that models are judged by."""
    for name in ("drawn", LEARNT, JUDGED):
        session.stage(name, QUERIES[name])


def stage_histories(session: Session, cutoff: date, purchase_days: str = ALL) -> None:
    """`cutoff` and `histories`: what is known at its end of the customers in `purchase_days`."""
    session.stage("cutoff", exp.select(named(literal(cutoff), "day")))
    session.stage("histories", exp.replace_tables(QUERIES["histories"], {ALL: purchase_days}, dialect=DIALECT))


def stage_judged(session: Session, cutoff: date) -> None:
    """`cutoff`, and `histories` and `outcomes` of the customers that models are judged by."""
    stage_histories(session, cutoff, JUDGED)
    session.stage("outcomes", QUERIES["outcomes"])


def judged_at(asked: Predictions, trained_on: date) -> date:
    """The cutoff that a model is judged at: it has not seen what came after."""
    return trained_on - timedelta(days=asked.horizon_days)


def learnt_at(asked: Predictions, last_day: date) -> list[date]:
    """Cutoffs to learn at from what came after each, none of it after `last_day`; several, as seasons differ."""
    return [last_day - timedelta(days=asked.horizon_days * place) for place in range(1, asked.learning_windows + 1)]


def require_customers(number: int, asked: Predictions) -> None:
    """Raise NotFitted for fewer customers than a model is made of."""
    if number < asked.fewest_customers:
        raise NotFitted(f"{number} customers are known, and {asked.fewest_customers} are needed")


def deciles(foretold: Floats, found: Floats) -> tuple[tuple[float, float, float], ...]:
    """Rows as `Evaluation.deciles`, of as many groups as there are rows for."""
    order = np.argsort(-foretold, kind="stable")
    groups = [group for group in np.array_split(order, GROUPS) if len(group)]
    total, so_far = float(found.sum()), 0.0
    rows = []
    for group in groups:
        so_far += float(found[group].sum())
        rows.append(
            (
                _rounded(foretold[group].mean()),
                _rounded(found[group].mean()),
                _rounded(so_far / total) if total else 0.0,
            )
        )
    return tuple(rows)


def certainty(of_baseline: Floats, of_model: Floats) -> float:
    """By how many standard errors the model's losses are below the baseline's, profile by profile."""
    gained = of_baseline - of_model
    error = gained.std(ddof=1) / np.sqrt(len(gained)) if len(gained) > 1 else 0.0
    return _rounded(gained.mean() / error) if error else 0.0


def rmse(foretold: Floats, found: Floats) -> float:
    """Root of the mean squared error."""
    return _rounded(np.sqrt(((foretold - found) ** 2).mean()))


def _rounded(value: Any) -> float:
    return round(float(value), 6)


def columns(session: Session, query: exp.Expr, names: Sequence[str]) -> list[Floats]:
    """Numeric columns of a query."""
    found = session.arrays(query)
    return [np.asarray(found[name], dtype=np.float64) for name in names]
