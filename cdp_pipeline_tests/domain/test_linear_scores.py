import numpy as np
import pytest
from sqlglot import exp

from cdp_pipeline.domain.expressions import named
from cdp_pipeline.domain.fitting import NotFitted
from cdp_pipeline.domain.linear_scores import LinearScore, fit_linear
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession

LABELS = {"orders": "orders so far", "days": "days since the last"}


def _known(rows: int = 300) -> tuple[dict[str, np.ndarray], np.ndarray]:
    random = np.random.default_rng(1)
    orders, days = random.integers(0, 20, rows).astype(float), random.integers(0, 400, rows).astype(float)
    odds = 2 - 0.8 * np.log1p(days) + np.log1p(orders)
    return {"orders": orders, "days": days}, (random.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)


def test_sql_scores_as_numpy_does(session: DuckDBSession) -> None:
    features, outcome = _known()
    score = fit_linear(features, outcome)
    session.stage_arrays("features", {**features, "place": np.arange(len(outcome))})
    query = exp.select(named(score.probability("features"), "p")).from_("features").order_by("place")
    found = np.array([row[0] for row in session.rows(query)])
    assert found == pytest.approx(score.probabilities(features), abs=1e-12)


def test_what_features_add_makes_up_the_odds(session: DuckDBSession) -> None:
    features, outcome = _known()
    score = fit_linear(features, outcome)
    session.stage_arrays("features", {**features, "place": np.arange(len(outcome))})
    session.stage("effects", exp.select("place", named(score.effects("features", LABELS), "effects")).from_("features"))
    total = exp.maybe_parse("list_sum(list_transform(effects, lambda effect : effect.added))", dialect="duckdb")
    rows = session.rows(exp.select("place", total).from_("effects").order_by("place"))
    odds = np.log(score.probabilities(features) / (1 - score.probabilities(features)))
    assert [row[1] for row in rows] == pytest.approx(list(odds - score.intercept), abs=1e-6)


def test_a_kept_model_comes_back() -> None:
    score = fit_linear(*_known())
    assert LinearScore.of_dict(score.as_dict()) == score


def test_the_same_outcome_everywhere_tells_nothing() -> None:
    features, outcome = _known()
    with pytest.raises(NotFitted, match="same outcome"):
        fit_linear(features, np.zeros_like(outcome))


def test_the_order_of_rows_does_not_matter() -> None:
    features, outcome = _known()
    turned = fit_linear({name: values[::-1] for name, values in features.items()}, outcome[::-1])
    assert turned.coefficients == pytest.approx(fit_linear(features, outcome).coefficients, abs=2e-6)
