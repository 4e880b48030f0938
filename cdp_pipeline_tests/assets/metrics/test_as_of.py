"""Metrics, scores and members of a day do not change with what comes after it (no leak)."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import load_project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.lineage import parse

DAY = date(2026, 11, 12)
LATER = DAY + timedelta(days=1)
AS_OF = (
    "metrics.purchase_metrics",
    "metrics.favourites",
    "metrics.category_affinities",
    "metrics.engagement_metrics",
    "metrics.profile_metrics",
    "metrics.cohort_retention",
    "metrics.journeys",
    "metrics.journey_paths",
    "metrics.journey_steps",
    "metrics.campaign_performance",
    "metrics.score_models",
    "metrics.profile_scores",
    "segments.segment_members",
)
FACTS = {
    "unified.orders": "ordered_on",
    "profile.timeline": "occurred_on",
    "unified.service_cases": "opened_on",
}


@pytest.fixture(scope="module")
def rebuilt(sample_home: Path, standing: DuckDBSession) -> tuple[dict[str, list[tuple[object, ...]]], ...]:
    """Rows of the day's tables: with all that came later, with none of it, and with other things in its place."""
    project = replace(load_project(sample_home / "seeds"), suites={})  # truths across tables would not hold
    catalogue = load_catalogue(project)

    def made() -> dict[str, list[tuple[object, ...]]]:
        found = {}
        for name in AS_OF:
            stage_run_days(standing, (DAY,), project.deployment)
            run = TableRun(catalogue[name], standing, project, Settings(sample_home, 2, "2GB"), (DAY,), "run")
            catalogue[name].build(run)
            rows = parse(f"select columns(*)::varchar from {name} where as_of_day = date '{DAY}'")
            found[name] = sorted(standing.rows(rows), key=str)
        return found

    with_all = made()
    for name, day in FACTS.items():
        standing.replace_table(name, parse(f"select * from {name} where {day} <= date '{DAY}'"), unaudited)
    without = made()
    for name, day in FACTS.items():
        moved = f"select * replace (cast(date '{LATER}' as date) as {day}) from {name} where {day} < date '{DAY}'"
        standing.append(name, parse(moved))
    return with_all, without, made()


@pytest.mark.parametrize("name", AS_OF)
def test_nothing_that_comes_after_the_day_changes_it(
    rebuilt: tuple[dict[str, list[tuple[object, ...]]], ...], name: str
) -> None:
    with_all, without, with_others = rebuilt
    assert with_all[name]
    assert with_all[name] == without[name]
    assert with_all[name] == with_others[name]


def test_the_later_facts_are_there_at_first(sample: DuckDBSession) -> None:
    for name, day in FACTS.items():
        count = parse(f"select count(*) from {name} where {day} > date '{DAY}'")
        assert sample.rows(count)[0][0] > 0
