"""How often a customer will buy again, and for how much: BG/NBD and Gamma-Gamma, on histories.

What belongs here: the two models, fitted by maximum likelihood on distinct histories weighted by how many
customers share them. What does not: where histories come from, and what is published.
Sources: Fader, Hardie and Lee 2005, "Counting your customers the easy way" (Marketing Science 24);
Fader and Hardie 2013, "The Gamma-Gamma model of monetary value".
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from cdp_pipeline.domain.fitting import NotFitted

Floats = NDArray[np.float64]
DAYS_A_WEEK = 7.0
LARGEST_LOG = 8.0
"""Of a parameter: beyond, the customers are all alike in what it is about, and more of it changes nothing."""
DIGITS = 9
"""Of a parameter: what the order of sums may change lies beyond."""


@dataclass(frozen=True)
class Histories:
    """Distinct histories: repeat purchase days, weeks from the first to the last, weeks known, and how many share it."""

    repeats: Floats
    recency: Floats
    age: Floats
    customers: Floats

    @classmethod
    def of_days(cls, repeats: Any, recency_days: Any, age_days: Any, customers: Any) -> "Histories":
        """From whole days."""
        parts = (np.asarray(part, dtype=np.float64) for part in (repeats, recency_days, age_days, customers))
        x, recency, age, weight = parts
        return cls(x, recency / DAYS_A_WEEK, age / DAYS_A_WEEK, weight)


@dataclass(frozen=True)
class PurchaseModel:
    """BG/NBD: customers buy at a rate that is Gamma(r, alpha) a week, and leave after a purchase with a chance that is Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def expected(self, histories: Histories, weeks: float) -> Floats:
        """Purchase days to expect of each history within so many weeks."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        a = a if abs(a - 1) > 1e-6 else 1 + 1e-6  # the formula divides by a - 1, its limit is smooth
        x, age = histories.repeats, histories.age
        later = hyp2f1(r + x, b + x, a + b + x - 1, weeks / (alpha + age + weeks))
        bought = 1 - ((alpha + age) / (alpha + age + weeks)) ** (r + x) * later
        returning = np.where(x > 0, a / (b + np.maximum(x, 1) - 1), 0.0)
        gone = returning * ((alpha + age) / (alpha + histories.recency)) ** (r + x)
        expected: Floats = (a + b + x - 1) / (a - 1) * bought / (1 + gone)
        return np.maximum(expected, 0.0)

    def as_dict(self) -> dict[str, float]:
        """The parameters, for keeping."""
        return asdict(self)


def fit_purchases(histories: Histories) -> PurchaseModel:
    """The BG/NBD model of these histories; raises NotFitted."""

    def _loss(logs: Floats) -> float:
        return -_purchase_likelihood(histories, *np.exp(logs)) / float(histories.customers.sum())

    if not histories.repeats.any():
        raise NotFitted("nobody bought on two days")
    r, alpha, a, b = _fitted(_loss, 4)
    return PurchaseModel(r, alpha, a, b, round(_purchase_likelihood(histories, r, alpha, a, b), 6))


def _purchase_likelihood(histories: Histories, r: float, alpha: float, a: float, b: float) -> float:
    x = histories.repeats
    rates = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    staying = betaln(a, b + x) - betaln(a, b)
    alive = -(r + x) * np.log(alpha + histories.age)
    again = np.maximum(x, 1)
    gone = np.log(a) - np.log(b + again - 1) - (r + x) * np.log(alpha + histories.recency)
    either = np.where(x > 0, np.logaddexp(alive, gone), alive)
    return float((histories.customers * (rates + staying + either)).sum())


@dataclass(frozen=True)
class SpendModel:
    """Gamma-Gamma: what a purchase day is worth scatters around a customer's own mean, and these means around one."""

    p: float
    q: float
    v: float

    def as_dict(self) -> dict[str, float]:
        """The parameters, for keeping."""
        return asdict(self)


def fit_spend(repeats: Floats, mean_spend: Floats) -> SpendModel:
    """The Gamma-Gamma model of customers who came back, by their repeat days and their mean spend; raises NotFitted."""
    known = (repeats > 0) & (mean_spend > 0)
    x, m = repeats[known], mean_spend[known]
    if len(np.unique(m)) < 3:
        raise NotFitted("fewer than three different amounts are known of customers who came back")

    def _loss(logs: Floats) -> float:
        p, q, v = np.exp(logs)
        likelihood = (
            gammaln(p * x + q)
            - gammaln(p * x)
            - gammaln(q)
            + q * np.log(v)
            + (p * x - 1) * np.log(m)
            + p * x * np.log(x)
            - (p * x + q) * np.log(v + m * x)
        )
        return -float(likelihood.mean())

    return SpendModel(*_fitted(_loss, 3))


def _fitted(loss: Callable[[Floats], float], parameters: int) -> tuple[float, ...]:
    """The positive parameters of the least loss, searched on their logarithms."""
    bounds: Any = [(-LARGEST_LOG, LARGEST_LOG)] * parameters
    found = minimize(loss, np.zeros(parameters), method="L-BFGS-B", bounds=bounds)
    precise: Any = {"xatol": 1e-8, "fatol": 1e-12, "maxiter": 4000}
    found = minimize(loss, found.x, method="Nelder-Mead", bounds=bounds, options=precise)
    if not np.isfinite(found.fun):
        raise NotFitted("the search for parameters did not settle")
    return tuple(float(f"{value:.{DIGITS}g}") for value in np.exp(found.x))
