"""Changes and stays over days that were skipped, and of segments that are new or were changed."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.segments import Segment
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.lineage import parse

DAYS = [date(2026, 11, day) for day in (10, 11, 14)]
ORDERS = {"A": (3, 3, 3), "B": (1, 3, 1), "C": (0, 0, 3), "D": (9, 9, 9)}
LAYER = "segments.segment_"


def _segment(name: str, least: int, **rules: object) -> Segment:
    include = {"rules": [{"field": "frequency", "operator": ">=", "value": least}]}
    return Segment.model_validate({"id": name, "description": "d", "owner": "o", "include": include, **rules})


@pytest.fixture
def metrics(session: DuckDBSession, project: Project) -> DuckDBSession:
    """Four profiles on three days; the days between were never run."""
    fields = load_catalogue(project)["metrics.profile_metrics"].sidecar.types
    rows = [(day, who, counts[place]) for place, day in enumerate(DAYS) for who, counts in ORDERS.items()]
    session.stage_rows("given", {"as_of_day": "date", "profile_id": "varchar", "frequency": "bigint"}, rows)
    others = ", ".join(f"null::{kind} as {name}" for name, kind in fields.items() if name not in ("as_of_day", "profile_id", "frequency"))  # fmt: skip
    session.replace_table("metrics.profile_metrics", parse(f"select *, {others} from given"), unaudited)
    profiles = load_catalogue(project)["profile.profiles"].sidecar.types
    columns = ", ".join("profile_id" if name == "profile_id" else f"null::{kind} as {name}" for name, kind in profiles.items())  # fmt: skip
    session.replace_table("profile.profiles", parse(f"select distinct {columns} from given"), unaudited)
    return session


def _run(session: DuckDBSession, project: Project, day: date, *segments: Segment) -> None:
    project = replace(project, segments={segment.id: segment for segment in segments}, suites={}, destinations={})
    catalogue = load_catalogue(project)
    for name in ("members", "changes", "sizes", "stays"):
        stage_run_days(session, (day,), project.deployment)
        table = catalogue[LAYER + name]
        table.build(TableRun(table, session, project, Settings(Path("/"), 2, "2GB"), (day,), "run"))


def _changes(session: DuckDBSession, day: date, segment: str) -> dict[str, tuple[str, str]]:
    sql = f"select profile_id, change, reason from segments.segment_changes where as_of_day = date '{day}' and segment = '{segment}'"
    return {row[0]: (row[1], row[2]) for row in session.rows(parse(sql))}


def test_a_skipped_day_is_compared_with_the_one_before(metrics: DuckDBSession, project: Project) -> None:
    buyers = _segment("buyers", 3)
    for day in DAYS:
        _run(metrics, project, day, buyers)
    assert _changes(metrics, DAYS[0], "buyers") == {
        "A": ("entered", "the first day"),
        "D": ("entered", "the first day"),
    }
    assert _changes(metrics, DAYS[1], "buyers") == {"B": ("entered", "now: number of purchases at least 3")}
    assert _changes(metrics, DAYS[2], "buyers") == {
        "B": ("left", "no longer: number of purchases at least 3"),
        "C": ("entered", "now: number of purchases at least 3"),
    }
    stays = metrics.rows(parse("select profile_id, entered_on, left_on from segments.segment_stays order by all"))
    assert stays == [("A", DAYS[0], None), ("B", DAYS[1], DAYS[2]), ("C", DAYS[2], None), ("D", DAYS[0], None)]


def test_a_new_segment_and_a_changed_one_are_told_as_such(metrics: DuckDBSession, project: Project) -> None:
    _run(metrics, project, DAYS[0], _segment("buyers", 3))
    _run(metrics, project, DAYS[1], _segment("buyers", 1), _segment("fans", 9))
    assert _changes(metrics, DAYS[1], "buyers") == {"B": ("entered", "the segment was changed")}
    assert _changes(metrics, DAYS[1], "fans") == {"D": ("entered", "the segment is new")}


def test_a_reference_to_the_first_few_has_its_reason(metrics: DuckDBSession, project: Project) -> None:
    first = _segment("first_two", 1, limit={"by": "frequency", "count": 2})
    both = _segment("both", 0).model_copy(
        update={"include": _segment("x", 0, include={"rules": [{"segment": "first_two"}]}).include}
    )
    _run(metrics, project, DAYS[0], first, both)
    metrics.own().execute(
        "update metrics.profile_metrics set frequency = 20 where as_of_day = '2026-11-11' and profile_id = 'B'"
    )
    _run(metrics, project, DAYS[1], first, both)
    assert _changes(metrics, DAYS[1], "both") == {
        "A": ("left", "no longer: member of the segment first_two"),
        "B": ("entered", "now: member of the segment first_two"),
    }


def test_nobody_without_a_value_is_among_the_first(metrics: DuckDBSession, project: Project) -> None:
    metrics.own().execute("update metrics.profile_metrics set monetary_value = 5 where profile_id = 'A'")
    _run(metrics, project, DAYS[0], _segment("best", 1, limit={"by": "monetary_value", "count": 2}))
    assert metrics.rows(parse("select profile_id from segments.segment_members")) == [("A",)]
