from datetime import date

import pytest

from cdp_pipeline.assets.metrics import lapse_scores
from cdp_pipeline.assets.metrics.score_inputs import stage_histories, stage_people
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.linear_scores import LinearScore
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.metrics.order_worlds import with_orders
from cdp_pipeline_tests.assets.metrics.touch_worlds import stage_timeline

DAY = date(2026, 11, 15)


def _features(session: DuckDBSession, project: Project, *touches: tuple[object, ...]) -> None:
    """`features` of A, who bought twice, as of the day; B does not allow profiling."""
    with_orders(session, [("A", "2026-10-06", 30), ("A", "2026-10-16", 50), ("B", "2026-10-16", 50)])
    allowed = "select 'A' as profile_id, 'profiling' as purpose, 'granted' as status"
    session.replace_table("profile.consent_state", parse(allowed), unaudited)
    stage_timeline(session, touches)
    stage_people(session, project.metrics.predictions, DAY)
    stage_histories(session, DAY)
    score = LinearScore(("active_days",), (0.0,), (1.0,), (1.0,), 0.0)
    lapse_scores.stage_scores(session, project.metrics.predictions, score.as_dict(), lapse_scores.NAME)


def test_features_are_what_is_known_at_the_cutoff(run_of_a_day: DuckDBSession, project: Project) -> None:
    touches = [
        ("A", "2026-11-01 10:00", "email", "sent"),
        ("A", "2026-11-01 11:00", "email", "clicked"),
        ("A", "2026-11-01 12:00", "web", "viewed"),
        ("A", "2026-11-02 12:00", "web", "watched"),
        ("A", "2026-08-01 12:00", "web", "viewed"),
        ("A", "2026-11-16 12:00", "web", "viewed"),
    ]
    _features(run_of_a_day, project, *touches)
    assert run_of_a_day.rows(parse(f"select {', '.join(lapse_scores.LABELS)} from features")) == [
        (30, 2, 40, pytest.approx(1.5), 40.0, 1, 2, 2)
    ]


def test_a_score_comes_with_what_it_is_made_of(run_of_a_day: DuckDBSession, project: Project) -> None:
    _features(run_of_a_day, project, ("A", "2026-11-01 11:00", "email", "clicked"))
    told = "select profile_id, score, choice, effects[1].label, effects[1].value from scores"
    assert run_of_a_day.rows(parse(told)) == [("A", pytest.approx(2 / 3), None, "active days in 90 days", 1.0)]
