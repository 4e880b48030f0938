"""A timeline kept by days is the one made as a whole."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.assets.profile.timeline import day_ranges
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.lineage import parse

TODAY = date(2026, 11, 15)
CHANGES = {
    "nothing": (),
    "another owner": (
        "update identity.identity_map set profile_id = 'P0' where record_no = (select min(record_no) from identity.identity_map)",
        "update identity.device_map set profile_id = 'P0' where visitor_id = (select min(visitor_id) from identity.device_map)",
    ),
    "nobody's device any more": (
        "delete from identity.device_map where visitor_id = (select max(visitor_id) from identity.device_map)",
    ),
    "a touch corrected": (
        "update unified.interactions set category = 'boots' "
        "where interaction_id = (select max(interaction_id) from unified.interactions)",
    ),
    "a touch gone, a touch more, a touch without a day": (
        "delete from unified.orders where order_id = (select max(order_id) from unified.orders)",
        "insert into unified.interactions select * replace ('new' as interaction_id, date '2027-01-01' as occurred_on) "
        "from unified.interactions limit 1",
        "insert into unified.interactions select * replace ('undated' as interaction_id, null as occurred_on) "
        "from unified.interactions limit 1",
    ),
}


def _build(session: DuckDBSession, project: Project, at_once: int) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    scale = project.deployment.scale.model_copy(update={"touches_at_once": at_once})
    changed = replace(project, deployment=project.deployment.model_copy(update={"scale": scale}))
    stage_run_days(session, (TODAY,), project.deployment)
    table = load_catalogue(changed)["profile.timeline"]
    run = TableRun(table, session, changed, Settings(Path("/"), 2, "2GB"), (TODAY,), "run")
    table.build(run)
    return run.metadata, session.rows(parse("select * from profile.timeline order by all"))


@pytest.mark.parametrize("change", list(CHANGES))
def test_days_that_did_not_change_are_kept_and_the_rest_is_as_if(
    standing: DuckDBSession, project: Project, change: str
) -> None:
    _build(standing, project, 1000)
    for statement in CHANGES[change]:
        standing.own().execute(statement)
    said, found = _build(standing, project, 1000)
    assert (said["days made anew"] > 0) == ("touch" in change)
    assert said["days made anew"] <= 3
    assert (said["touches that changed hands"] > 0) == (change in ("another owner", "nobody's device any more"))
    assert found == _build(standing, project, 10_000_000)[1]


def test_a_large_timeline_is_first_made_day_by_day(standing: DuckDBSession, project: Project) -> None:
    whole = _build(standing, project, 10_000_000)[1]
    standing.own().execute("drop table profile.timeline")
    said, found = _build(standing, project, 1000)
    assert said["days made anew"] == len({row[5] for row in found})
    assert found == whole


def test_visitors_whom_nobody_knows_keep_their_own(standing: DuckDBSession, project: Project) -> None:
    found = _build(standing, project, 10_000_000)[1]
    assert any(row[2] is None and row[3] is not None for row in found)


def test_days_are_worked_on_together_as_long_as_they_are_few() -> None:
    days: list[tuple[date | None, int]] = [(None, 3), (date(2026, 1, 1), 2), (date(2026, 1, 2), 9), (TODAY, 1)]
    assert list(day_ranges(days, 5)) == [[None, date(2026, 1, 1)], [date(2026, 1, 2)], [TODAY]]
