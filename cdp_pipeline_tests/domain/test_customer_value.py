import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipeline.domain.customer_value import Histories, PurchaseModel, fit_purchases, fit_spend
from cdp_pipeline.domain.fitting import NotFitted

MODEL = PurchaseModel(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259, log_likelihood=0.0)
"""Of CDNOW (Fader, Hardie and Lee 2005)."""


def _one(repeats: int, recency_days: int, age_days: int) -> Histories:
    return Histories.of_days([repeats], [recency_days], [age_days], [1])


def _drawn(customers: int) -> tuple[list[int], list[int], list[int]]:
    """Histories of customers who buy on days that a fixed generator draws."""
    random = np.random.default_rng(7)
    repeats, recency, age = [], [], []
    for rate in random.gamma(0.5, 0.02, customers):
        known = int(random.integers(100, 400))
        days = np.flatnonzero(random.random(known) < rate)
        repeats.append(len(days))
        recency.append(int(days.max()) + 1 if len(days) else 0)
        age.append(known)
    return repeats, recency, age


def test_the_example_of_the_paper_is_expected_alike() -> None:
    # Fader, Hardie and Lee 2005 foretell 1.226 for the customer with x = 2, t_x = 30.43, T = 38.86 weeks.
    assert MODEL.expected(_one(2, 213, 272), 39)[0] == pytest.approx(1.226, abs=0.001)


@given(st.integers(0, 30), st.integers(1, 300), st.integers(0, 300), st.floats(1, 100))
def test_more_weeks_never_foretell_fewer_purchases(repeats: int, recency: int, later: int, weeks: float) -> None:
    history = _one(repeats, recency if repeats else 0, recency + later)
    assert 0 <= MODEL.expected(history, weeks)[0] <= MODEL.expected(history, weeks + 1)[0] + 1e-9


@given(st.integers(1, 20), st.integers(30, 300), st.integers(1, 29))
def test_who_came_back_lately_is_expected_sooner(repeats: int, age: int, ago: int) -> None:
    lately, long_ago = _one(repeats, age - 1, age), _one(repeats, age - ago, age)
    assert MODEL.expected(lately, 12)[0] >= MODEL.expected(long_ago, 12)[0] - 1e-9


def test_distinct_histories_with_weights_fit_as_all_customers_do() -> None:
    histories = np.array(_drawn(400)).T
    distinct, counts = np.unique(histories, axis=0, return_counts=True)
    one_by_one = fit_purchases(Histories.of_days(*histories.T, np.ones(len(histories))))
    together = fit_purchases(Histories.of_days(*distinct.T, counts))
    assert len(distinct) < len(histories)
    assert together.log_likelihood == pytest.approx(one_by_one.log_likelihood, rel=1e-6)
    assert together.expected(_one(3, 100, 200), 12)[0] == pytest.approx(
        one_by_one.expected(_one(3, 100, 200), 12)[0], rel=0.01
    )


def test_who_never_came_back_tells_nothing() -> None:
    with pytest.raises(NotFitted, match="nobody bought on two days"):
        fit_purchases(Histories.of_days([0, 0], [0, 0], [10, 20], [5, 5]))


def test_few_amounts_tell_no_spend() -> None:
    with pytest.raises(NotFitted, match="three different amounts"):
        fit_spend(np.array([1.0, 2.0, 0.0]), np.array([10.0, 20.0, 0.0]))


def test_spend_is_drawn_to_everybodys_mean() -> None:
    random = np.random.default_rng(3)
    repeats = random.integers(1, 6, 500).astype(float)
    means = random.gamma(6, 5, 500)
    model = fit_spend(repeats, means)
    everybody = model.p * model.v / (model.q - 1)
    known = model.p * (model.v + 1 * 100.0) / (model.p + model.q - 1)
    assert everybody < known < 100
