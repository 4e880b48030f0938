from datetime import date

import numpy as np
import pytest

from cdp_pipeline.assets.metrics import value_scores
from cdp_pipeline.assets.metrics.score_inputs import stage_drawn
from cdp_pipeline.assets.metrics.value_scores import _effects
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.customer_value import Histories, PurchaseModel
from cdp_pipeline.domain.fitting import NotFitted
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_amounts_that_are_all_alike_keep_no_purchases_from_being_foretold(
    run_of_a_day: DuckDBSession, project: Project
) -> None:
    asked = project.metrics.predictions
    chance = np.random.default_rng(3)
    people = [(f"P{n}", n, int(day)) for n in range(200) for day in chance.integers(0, 500, size=1 + n % 4)]
    run_of_a_day.stage_rows("bought", {"profile_id": "varchar", "n": "bigint", "back": "bigint"}, people)
    last = date(2026, 11, 15)
    days = "select distinct profile_id, date '2026-11-15' - cast(back as int) as ordered_on, 50.0 as amount from bought"
    run_of_a_day.stage("purchase_days", parse(days))
    drawn = f"{asked.learn_from} as learn_from, {asked.judge_by} as judge_by"
    run_of_a_day.stage("parameters", parse(f"select {asked.horizon_days} as horizon_days, {drawn}"))
    stage_drawn(run_of_a_day)
    training = value_scores.PurchaseTraining()
    parameters, _ = training.orders(run_of_a_day, asked, last)
    assert parameters["alpha"] > 0
    with pytest.raises(NotFitted, match="different amounts"):
        training.value(run_of_a_day, asked, last)


def test_the_histories_that_reasons_compare_with_could_be_somebodys() -> None:
    seen: list[Histories] = []

    class Watched(PurchaseModel):
        def expected(self, histories: Histories, weeks: float) -> np.ndarray:  # type: ignore[type-arg]
            seen.append(histories)
            return super().expected(histories, weeks)

    model = Watched(0.24, 4.41, 0.79, 2.43, 0.0)
    histories = Histories.of_days([0, 1, 6, 2], [0, 4, 280, 100], [30, 200, 525, 100], [3, 2, 1, 1])
    _effects(model, histories, model.expected(histories, 12), 12)
    for compared in seen:
        assert (compared.recency >= 0).all()
        assert (compared.recency <= compared.age + 1e-12).all()
        assert ((compared.repeats > 0) | (compared.recency == 0)).all()
