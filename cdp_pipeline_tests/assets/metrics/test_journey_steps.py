from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.metrics.touch_worlds import METRICS, with_journeys


def test_each_step_tells_what_followed_it_and_how_soon(run_of_a_day: DuckDBSession, project: Project) -> None:
    touches = [
        ("P", "2026-11-01 10:00", "email", "opened"),
        ("P", "2026-11-01 12:00", "web", "viewed"),
        ("P", "2026-11-01 13:00", "web", "viewed"),
        ("P", "2026-11-01 15:00", "web", "order", None, None, 30),
        ("Q", "2026-11-01 10:00", "email", "opened"),
    ]
    with_journeys(run_of_a_day, project, *touches)
    run_of_a_day.stage("found", parse((METRICS / "journey_steps.sql").read_text(encoding="utf-8")))
    told = "select step, next_step, transitions, share, median_hours from found order by step, next_step"
    assert run_of_a_day.rows(parse(told)) == [
        ("email opened", "nothing", 1, 0.5, None),
        ("email opened", "web viewed", 1, 0.5, 2.0),
        ("web viewed", "purchase", 1, 1.0, 3.0),
    ]
