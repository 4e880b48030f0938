from datetime import date

import pytest

from cdp_pipeline.assets.metrics import category_scores
from cdp_pipeline.assets.metrics.score_inputs import stage_histories, stage_people
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.linear_scores import LinearScore
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.metrics.order_worlds import with_orders
from cdp_pipeline_tests.assets.metrics.touch_worlds import stage_timeline

DAY = date(2026, 11, 15)
BY_LOOKS = LinearScore(tuple(category_scores.LABELS), (0.0,) * 5, (1.0,) * 5, (0.0, 1.0, 0.0, 0.0, 0.0), -2.0)
"""The more somebody looked at a category, the likelier."""
TOUCHES = (
    ("A", "2026-01-10 10:00", "web", "bought", "tents"),
    ("A", "2026-10-10 10:00", "web", "viewed", "tents"),
    ("A", "2026-10-11 10:00", "web", "viewed", "tents"),
    ("A", "2026-10-12 10:00", "web", "viewed", "boots"),
    ("B", "2026-10-12 10:00", "web", "bought", "boots"),
)


@pytest.fixture
def known(run_of_a_day: DuckDBSession) -> DuckDBSession:
    """Two customers who allow profiling, and one who does not."""
    session = with_orders(run_of_a_day, [(who, "2026-01-10", 50) for who in "ABC"])
    allowed = "select unnest(['A', 'B']) as profile_id, 'profiling' as purpose, 'granted' as status"
    session.replace_table("profile.consent_state", parse(allowed), unaudited)
    return session


def _choices(session: DuckDBSession, project: Project, *touches: tuple[object, ...]) -> dict[str, str]:
    stage_timeline(session, touches)
    asked = project.metrics.predictions
    stage_people(session, asked, DAY)
    stage_histories(session, DAY)
    category_scores.stage_scores(session, asked, BY_LOOKS.as_dict(), category_scores.NAME)
    return dict(session.rows(parse("select profile_id, choice from scores")))


def test_the_likeliest_category_is_chosen_with_what_it_is_made_of(known: DuckDBSession, project: Project) -> None:
    assert _choices(known, project, *TOUCHES)["A"] == "tents"
    told = "select score, effects[2].label, effects[2].value from scores where profile_id = 'A'"
    assert known.rows(parse(told)) == [
        (pytest.approx(3 / (3 + 2.718281828**2), abs=1e-6), "touches of it in 90 days", 2.0)
    ]


@pytest.mark.parametrize("event", ["bought", "returned"])
def test_what_was_just_bought_or_brought_back_is_not_chosen(known: DuckDBSession, project: Project, event: str) -> None:
    lately = ("A", "2026-11-10 10:00", "web", event, "tents")
    assert _choices(known, project, *TOUCHES, lately)["A"] == "boots"


def test_who_does_not_allow_profiling_is_not_scored(known: DuckDBSession, project: Project) -> None:
    assert set(_choices(known, project, *TOUCHES, ("C", "2026-10-10 10:00", "web", "viewed", "tents"))) == {"A", "B"}
