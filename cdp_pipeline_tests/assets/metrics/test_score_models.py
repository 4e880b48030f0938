from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipeline.assets.metrics.score_inputs import Evaluation, certainty, deciles
from cdp_pipeline.assets.metrics.score_models import MODELS, training_day
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_a_training_day_holds_for_its_period(project: Project, day: date, every: int) -> None:
    asked = project.metrics.predictions.model_copy(update={"retrain_days": every})
    found = training_day(asked, day)
    assert 0 <= (day - found).days < every
    assert training_day(asked, found) == found
    assert training_day(asked, found + timedelta(days=every)) == found + timedelta(days=every)


def test_every_model_says_each_day_what_came_of_it(sample: DuckDBSession) -> None:
    rows = sample.rows(
        parse("select as_of_day, model, is_published, value, baseline, measure, told from metrics.score_models")
    )
    days = {row[0] for row in rows}
    assert {(day, model) for day in days for model in MODELS} == {row[:2] for row in rows}
    for _, model, is_published, value, baseline, measure, told in rows:
        assert told.startswith(f"{model}: ")
        if measure is not None:
            better = value > baseline if measure.startswith("share") else value < baseline
            assert better or not is_published


def test_a_model_that_does_not_beat_its_baseline_is_not_published() -> None:
    assert not Evaluation("m", 1.0, 1.0, 10).beats_baseline
    assert Evaluation("m", 0.9, 1.0, 10).beats_baseline
    assert Evaluation("m", 1.1, 1.0, 10, higher_is_better=True).beats_baseline


def test_a_model_that_is_better_by_chance_is_not_published() -> None:
    chance = np.random.default_rng(1)
    of_baseline = chance.random(400)
    hardly = of_baseline - chance.normal(0.001, 1.0, 400)
    clearly = of_baseline - chance.normal(0.5, 1.0, 400)
    assert not Evaluation("m", 0.99, 1.0, 400, certainty=certainty(of_baseline, hardly)).beats_baseline
    assert Evaluation("m", 0.5, 1.0, 400, certainty=certainty(of_baseline, clearly)).beats_baseline


def test_deciles_hold_everything_at_the_end() -> None:
    import numpy as np

    rows = deciles(np.array([3.0, 1.0, 2.0, 0.5]), np.array([1.0, 0.0, 3.0, 0.0]))
    assert [row[0] for row in rows] == [3.0, 2.0, 1.0, 0.5]
    assert [row[2] for row in rows] == [0.25, 1.0, 1.0, 1.0]
