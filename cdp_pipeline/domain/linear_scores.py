"""A score that a marketer can follow: logistic regression on a few features, with what each of them added.

What belongs here: the model, its fit, and the SQL that scores rows with it. What does not: the features, and
whether a model is good enough to be published. Features are counts, days and amounts, none below zero, and
enter as log(1 + x), standardised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from cdp_pipeline.domain.expressions import column, literal, struct, text
from cdp_pipeline.domain.fitting import NotFitted

Floats = NDArray[np.float64]
LEAST_VARIED = 30
"""Rows whose value differs from the commonest one."""
DIGITS = 6
"""Of a coefficient: what the order of sums may change lies beyond."""


@dataclass(frozen=True)
class LinearScore:
    """Log-odds = intercept + the sum of coefficient × (log(1 + feature) − mean) / scale."""

    names: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float

    def probabilities(self, features: Mapping[str, Any]) -> Floats:
        """Of each row; `features` are columns by name."""
        odds = np.full(len(next(iter(features.values()))), self.intercept)
        for name, mean, scale, coefficient in self._parts():
            odds += coefficient * (np.log1p(np.asarray(features[name], dtype=np.float64)) - mean) / scale
        found: Floats = 1 / (1 + np.exp(-odds))
        return found

    def probability(self, source: str) -> exp.Expr:
        """The same as a SQL expression over the columns of a table of this alias."""
        odds: exp.Expr = literal(self.intercept)
        for name, *_ in self._parts():
            odds = exp.Add(this=odds, expression=self._added(name, source))
        return exp.Div(
            this=literal(1.0), expression=exp.Paren(this=_one_plus(exp.Exp(this=exp.Neg(this=exp.Paren(this=odds)))))
        )

    def effects(self, rows: str, labels: Mapping[str, str]) -> exp.Expr:
        """A list of (label, value, added) a feature: what it adds to the log-odds of a row of a table of this alias."""
        effects = [
            {
                "label": text(labels[name]),
                "value": exp.cast(column(name, rows), "double"),
                "added": self._added(name, rows),
            }
            for name in self.names
        ]
        return exp.Array(expressions=[struct(effect) for effect in effects])

    def as_dict(self) -> dict[str, Any]:
        """The parameters, for keeping."""
        features = {
            name: {"mean": mean, "scale": scale, "coefficient": coefficient}
            for name, mean, scale, coefficient in self._parts()
        }
        return {"intercept": self.intercept, "features": features}

    @classmethod
    def of_dict(cls, kept: Mapping[str, Any]) -> "LinearScore":
        """The model that `as_dict` kept."""
        features = kept["features"]
        parts = (tuple(feature[key] for feature in features.values()) for key in ("mean", "scale", "coefficient"))
        means, scales, coefficients = parts
        return cls(tuple(features), means, scales, coefficients, kept["intercept"])

    def _parts(self) -> Sequence[tuple[str, float, float, float]]:
        return list(zip(self.names, self.means, self.scales, self.coefficients, strict=True))

    def _added(self, name: str, source: str) -> exp.Expr:
        place = self.names.index(name)
        value = exp.Ln(this=_one_plus(exp.cast(column(name, source), "double")))
        centred = exp.Paren(this=exp.Sub(this=value, expression=literal(self.means[place])))
        return exp.Mul(this=literal(self.coefficients[place] / self.scales[place]), expression=centred)


def _one_plus(value: exp.Expr) -> exp.Expr:
    return exp.Add(this=literal(1.0), expression=value)


def _is_varied(values: Any) -> bool:
    _, counts = np.unique(np.asarray(values, dtype=np.float64), return_counts=True)
    return bool(counts.sum() - counts.max() >= LEAST_VARIED)


def fit_linear(features: Mapping[str, Any], outcome: Any) -> LinearScore:
    """The model of a yes-or-no outcome, with the least penalty that keeps coefficients finite; raises NotFitted.

    A feature that hardly anybody has otherwise than everybody else is left out: a few people would decide what it says.
    """
    from sklearn.linear_model import LogisticRegression  # takes a second to import

    labels = np.asarray(outcome, dtype=np.int8)
    if len(np.unique(labels)) < 2:
        raise NotFitted("everybody has the same outcome")
    varied = {name: np.asarray(values, dtype=np.float64) for name, values in features.items() if _is_varied(values)}
    if not varied:
        raise NotFitted("everybody is alike in all that is known")
    logs = np.column_stack([np.log1p(values) for values in varied.values()])
    means, scales = logs.mean(axis=0), logs.std(axis=0)
    scales = np.where(scales > 0, scales, 1.0)
    model = LogisticRegression(max_iter=500, tol=1e-8).fit((logs - means) / scales, labels)
    kept = (tuple(round(float(value), DIGITS) for value in values) for values in (means, scales, model.coef_[0]))
    rounded_means, rounded_scales, coefficients = kept
    return LinearScore(
        tuple(varied),
        rounded_means,
        tuple(scale or 1.0 for scale in rounded_scales),
        coefficients,
        round(float(model.intercept_[0]), DIGITS),
    )
