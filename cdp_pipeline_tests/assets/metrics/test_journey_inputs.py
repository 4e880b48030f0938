from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.metrics.touch_worlds import staged_journeys

SEEN, ORDERED = ("P", "2026-11-01 10:00", "web", "viewed"), ("P", "2026-11-02 10:00", "web", "order", None, None, 30)


def _steps(session: DuckDBSession) -> list[tuple[object, ...]]:
    return session.rows(parse("select journey_no, step from journey_steps_taken order by occurred_at, touch_id"))


def test_an_order_ends_a_journey_and_the_next_touch_begins_another(
    run_of_a_day: DuckDBSession, project: Project
) -> None:
    later = ("P", "2026-11-03 10:00", "email", "clicked")
    session = staged_journeys(run_of_a_day, project, SEEN, ORDERED, later)
    assert _steps(session) == [(0, "web viewed"), (1, "email clicked")]
    converted = "select journey_no, is_converted, cast(revenue as integer) from journeys order by 1"
    assert session.rows(parse(converted)) == [(0, True, 30), (1, False, 0)]


def test_repeated_steps_count_once(run_of_a_day: DuckDBSession, project: Project) -> None:
    again = ("P", "2026-11-01 11:00", "web", "viewed")
    assert _steps(staged_journeys(run_of_a_day, project, SEEN, again, ORDERED)) == [(0, "web viewed")]


def test_a_campaign_is_a_step_where_it_is_asked_for(run_of_a_day: DuckDBSession, project: Project) -> None:
    clicked = ("P", "2026-11-01 10:00", "email", "clicked", None, "C7")
    assert _steps(staged_journeys(run_of_a_day, project, clicked)) == [(0, "email clicked")]
    assert _steps(staged_journeys(run_of_a_day, project, clicked, by_campaign=True)) == [(0, "campaign C7")]


def test_an_order_without_a_touch_before_it_is_no_journey(run_of_a_day: DuckDBSession, project: Project) -> None:
    session = staged_journeys(run_of_a_day, project, ORDERED)
    assert session.rows(parse("select count(*) from journeys")) == [(0,)]


def test_touches_of_too_long_ago_and_after_the_day_are_not_read(run_of_a_day: DuckDBSession, project: Project) -> None:
    touches = [("P", f"{day} 10:00", "web", "viewed") for day in ("2026-11-05", "2026-11-06", "2026-11-15")]
    session = staged_journeys(run_of_a_day, project, *touches, ("P", "2026-11-16 10:00", "web", "watched"), days=10)
    assert session.rows(
        parse("select cast(began_at as date)::varchar, cast(ended_at as date)::varchar from journeys")
    ) == [("2026-11-06", "2026-11-15")]
