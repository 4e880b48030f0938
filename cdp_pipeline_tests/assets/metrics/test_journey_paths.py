from cdp_pipeline.assets.metrics.journey_paths import select
from cdp_pipeline.assets.sidecars import packaged_sidecar
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.metrics.touch_worlds import METRICS, with_journeys

BUYER = (
    ("P", "2026-11-01 10:00", "email", "opened"),
    ("P", "2026-11-02 10:00", "web", "viewed"),
    ("P", "2026-11-03 10:00", "store", "order", None, None, 30),
)
LOOKER = (("Q", "2026-11-01 10:00", "email", "opened"), ("Q", "2026-11-05 10:00", "web", "viewed"))


def _paths(session: DuckDBSession, project: Project) -> list[tuple[object, ...]]:
    session.stage("found", select(project, packaged_sidecar(METRICS / "journey_paths.yml")))
    return session.rows(
        parse("select path, steps, journeys, conversions, conversion_rate, median_days from found order by path")
    )


def test_a_path_counts_its_journeys_and_those_that_ended_in_a_purchase(
    run_of_a_day: DuckDBSession, project: Project
) -> None:
    asked = with_journeys(run_of_a_day, project, *BUYER, *LOOKER)
    assert _paths(run_of_a_day, asked) == [("email opened > web viewed", 2, 2, 1, 0.5, 2.0)]


def test_repeated_touchpoints_count_once(run_of_a_day: DuckDBSession, project: Project) -> None:
    again = ("Q", "2026-11-06 10:00", "web", "viewed")
    asked = with_journeys(run_of_a_day, project, *LOOKER, again)
    assert [row[:2] for row in _paths(run_of_a_day, asked)] == [("email opened > web viewed", 2)]


def test_of_a_long_journey_the_last_steps_are_the_path(run_of_a_day: DuckDBSession, project: Project) -> None:
    asked = with_journeys(run_of_a_day, project, *BUYER, longest=1)
    assert [row[:2] for row in _paths(run_of_a_day, asked)] == [("web viewed", 1)]
