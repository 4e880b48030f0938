from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.metrics.touch_worlds import with_journeys

SEEN, ORDERED = ("P", "2026-11-01 10:00", "web", "viewed"), ("P", "2026-11-02 10:00", "web", "order", None, None, 30)


def _touches(session: DuckDBSession) -> list[tuple[object, ...]]:
    sql = "select journey_no, [touch.touchpoint for touch in touches] from metrics.journeys order by 1"
    return session.rows(parse(sql))


def test_an_order_ends_a_journey_and_the_next_touch_begins_another(
    run_of_a_day: DuckDBSession, project: Project
) -> None:
    later = ("P", "2026-11-03 10:00", "email", "clicked")
    with_journeys(run_of_a_day, project, SEEN, ORDERED, later)
    assert _touches(run_of_a_day) == [(0, ["web viewed"]), (1, ["email clicked"])]
    converted = "select journey_no, is_converted, cast(revenue as integer) from metrics.journeys order by 1"
    assert run_of_a_day.rows(parse(converted)) == [(0, True, 30), (1, False, 0)]


def test_touches_of_one_moment_are_in_the_order_of_the_configured_events(
    run_of_a_day: DuckDBSession, project: Project
) -> None:
    at_once = [("P", "2026-11-01 00:00", "email", event) for event in ("clicked", "opened")]
    ordered = ("P", "2026-11-01 00:00", "web", "order", None, None, 30)
    with_journeys(run_of_a_day, project, ordered, *at_once)
    assert _touches(run_of_a_day) == [(0, ["email opened", "email clicked"])]


def test_an_order_without_a_touch_before_it_is_no_journey(run_of_a_day: DuckDBSession, project: Project) -> None:
    with_journeys(run_of_a_day, project, ORDERED)
    assert _touches(run_of_a_day) == []


def test_touches_of_too_long_ago_and_after_the_day_are_not_read(run_of_a_day: DuckDBSession, project: Project) -> None:
    touches = [("P", f"{day} 10:00", "web", "viewed") for day in ("2026-11-05", "2026-11-06", "2026-11-15")]
    with_journeys(run_of_a_day, project, *touches, ("P", "2026-11-16 10:00", "web", "watched"), days=10)
    told = "select cast(began_at as date)::varchar, cast(ended_at as date)::varchar, len(touches) from metrics.journeys"
    assert run_of_a_day.rows(parse(told)) == [("2026-11-06", "2026-11-15", 2)]


def test_a_step_is_the_campaign_where_the_touch_has_one(run_of_a_day: DuckDBSession, project: Project) -> None:
    clicked = ("P", "2026-11-01 10:00", "email", "clicked", None, "C7")
    with_journeys(run_of_a_day, project, clicked, ("P", "2026-11-02 10:00", "web", "viewed"))
    assert _touches(run_of_a_day) == [(0, ["email clicked", "web viewed"])]
    steps = parse("select [touch.step for touch in touches] from metrics.journeys")
    assert run_of_a_day.rows(steps) == [(["campaign C7", "web viewed"],)]
