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
from scipy.special import betaln, digamma, gammaln, hyp2f1

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
    if not histories.repeats.any():
        raise NotFitted("nobody bought on two days")
    customers = float(histories.customers.sum())
    likelihood = _purchase_likelihood(histories)

    def _loss(logs: Floats) -> tuple[float, Floats]:
        found, slopes = likelihood(*np.exp(logs))
        return -found / customers, -slopes * np.exp(logs) / customers

    r, alpha, a, b = _fitted(_loss, 4)
    return PurchaseModel(r, alpha, a, b, round(likelihood(r, alpha, a, b)[0], 6))


def _purchase_likelihood(histories: Histories) -> Callable[[float, float, float, float], tuple[float, Floats]]:
    """The log-likelihood of the histories, with its derivatives, as a function of the four parameters."""
    counts, places = np.unique(histories.repeats, return_inverse=True)  # few, where gamma functions are dear
    x, weights = histories.repeats, histories.customers

    def likelihood(r: float, alpha: float, a: float, b: float) -> tuple[float, Floats]:
        """Both at these parameters."""
        rates = (gammaln(r + counts) - gammaln(r) + r * np.log(alpha))[places]
        staying = (betaln(a, b + counts) - betaln(a, b))[places]
        again = b + np.maximum(x, 1) - 1
        since_first, since_last = alpha + histories.age, alpha + histories.recency
        alive = -(r + x) * np.log(since_first)
        gone = np.log(a) - np.log(again) - (r + x) * np.log(since_last)
        either = np.where(x > 0, np.logaddexp(alive, gone), alive)
        is_alive = np.exp(alive - either)  # the share of the likelihood that is the living customer's
        is_gone = 1 - is_alive
        slopes = (
            (digamma(r + counts) - digamma(r) + np.log(alpha))[places]
            - is_alive * np.log(since_first)
            - is_gone * np.log(since_last),
            r / alpha - (r + x) * (is_alive / since_first + is_gone / since_last),
            (digamma(a + b) - digamma(a + b + counts))[places] + is_gone / a,
            (digamma(b + counts) - digamma(a + b + counts) - digamma(b) + digamma(a + b))[places] - is_gone / again,
        )
        return float((weights * (rates + staying + either)).sum()), np.array(
            [(weights * slope).sum() for slope in slopes]
        )

    return likelihood


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

    counts, places = np.unique(x, return_inverse=True)
    log_x, log_m = np.log(x), np.log(m)

    def _loss(logs: Floats) -> tuple[float, Floats]:
        p, q, v = np.exp(logs)
        pooled = np.log(v + m * x)
        shapes = (gammaln(p * counts + q) - gammaln(p * counts) - gammaln(q) + q * np.log(v))[places]
        likelihood = shapes + (p * x - 1) * log_m + p * x * log_x - (p * x + q) * pooled
        slopes = (
            x * ((digamma(p * counts + q) - digamma(p * counts))[places] + log_m + log_x - pooled),
            (digamma(p * counts + q) - digamma(q) + np.log(v))[places] - pooled,
            q / v - (p * x + q) / (v + m * x),
        )
        return -float(likelihood.mean()), -np.array([slope.mean() for slope in slopes]) * np.exp(logs)

    return SpendModel(*_fitted(_loss, 3))


def _fitted(loss: Callable[[Floats], tuple[float, Floats]], parameters: int) -> tuple[float, ...]:
    """The positive parameters of the least loss, searched on their logarithms, by which `loss` gives its slopes."""
    bounds: Any = [(-LARGEST_LOG, LARGEST_LOG)] * parameters
    precise: Any = {"ftol": 1e-15, "gtol": 1e-10, "maxiter": 2000}
    found = minimize(loss, np.zeros(parameters), jac=True, method="L-BFGS-B", bounds=bounds, options=precise)
    if not np.isfinite(found.fun):
        raise NotFitted("the search for parameters did not settle")
    return tuple(float(f"{value:.{DIGITS}g}") for value in np.exp(found.x))
