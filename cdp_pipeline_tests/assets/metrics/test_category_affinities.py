from dataclasses import replace

import pytest

from cdp_pipeline.assets.metrics.category_affinities import select
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.metrics.touch_worlds import stage_timeline

TODAY, A_HALF_LIFE_AGO = "2026-11-15 10:00", "2026-08-17 10:00"
BOOTS = ("P", TODAY, "web", "viewed", "boots")


def _found(session: DuckDBSession, project: Project, *touches: tuple[object, ...]) -> dict[tuple[str, str], float]:
    affinity = project.metrics.affinity.model_copy(update={"half_life_days": 90, "smoothing": 3})
    asked = replace(project, metrics=project.metrics.model_copy(update={"affinity": affinity}))
    stage_timeline(session, touches)
    session.stage("found", select(asked, None))  # type: ignore[arg-type]
    rows = session.rows(parse("select profile_id, category, affinity, rank from found order by profile_id, rank"))
    assert [row[3] for row in rows] == [1 + [r[0] for r in rows[:n]].count(row[0]) for n, row in enumerate(rows)]
    return {(profile, category): affinity for profile, category, affinity, _ in rows}


def test_a_touch_counts_half_after_a_half_life(run_of_a_day: DuckDBSession, project: Project) -> None:
    found = _found(run_of_a_day, project, BOOTS, ("P", A_HALF_LIFE_AGO, "web", "viewed", "tents"))
    # 1 and 0.5 of 1.5, each with three smoothing points shared out as everybody touches: two thirds, one third
    assert found == {("P", "boots"): pytest.approx(3 / 4.5), ("P", "tents"): pytest.approx(1.5 / 4.5)}


def test_a_purchase_weighs_more_than_a_view(run_of_a_day: DuckDBSession, project: Project) -> None:
    found = _found(run_of_a_day, project, BOOTS, ("P", TODAY, "store", "bought", "tents"))
    assert found["P", "tents"] > found["P", "boots"]


def test_a_first_view_is_drawn_to_what_everybody_touches(run_of_a_day: DuckDBSession, project: Project) -> None:
    others = [(f"Q{n}", TODAY, "web", "viewed", "tents") for n in range(9)]
    found = _found(run_of_a_day, project, BOOTS, *others)
    assert found["P", "boots"] == pytest.approx((1 + 3 * 0.1) / 4)
    assert found["Q0", "tents"] == pytest.approx((1 + 3 * 0.9) / 4)
