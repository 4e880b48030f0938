"""What is unusual beside a table's own history: a case book, and laws on histories that chance made."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipeline.assets.sidecars import ROOT, packaged_sidecar
from cdp_pipeline.checks.behaviour import observe, robust_spread
from cdp_pipeline.checks.suites import CheckResult
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.expressions import rows_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession, DuckDBWarehouse
from cdp_pipeline.settings import REPOSITORY
from cdp_pipeline.sql.lineage import parse

SIDECAR = packaged_sidecar(ROOT / "quality" / "measures.yml")
FIRST = date(2026, 3, 2)
"""A Monday."""
TYPES = {
    "measured_on": "date",
    "column_name": "varchar",
    "measure": "varchar",
    "kind": "varchar",
    "value": "double",
    "size": "bigint",
    "noise": "double",
}
Values = Sequence[float | None]


def _observed(
    session: DuckDBSession, project: Project, kind: str, values: Values, size: int = 1000, name: str = "c"
) -> CheckResult:
    """What the check says of the last value, the others being the days before it, one by one."""
    days = [FIRST + timedelta(days=number) for number in range(len(values))]
    rows = [
        (day, name, "measure", kind, value, size, 0.001)
        for day, value in zip(days, values, strict=True)
        if value is not None
    ]
    results: list[CheckResult] = []
    for some in (rows[:-1], rows[-1:]):
        session.stage_rows("run_days", {"day": "date"}, [(row[0],) for row in some])
        results = observe(
            session, project.quality.behaviour, "raw.t", SIDECAR, rows_select(TYPES, some), of_files=kind == "delivered"
        )
    return results[-1] if kind == "delivered" else results[0]


STEADY = [100.0, 104, 97, 101, 99, 103, 98, 102, 100, 96, 105, 101]
WEEKS = [100.0, 102, 98, 101, 99, 20, 5] * 6


@pytest.mark.parametrize(
    ("kind", "history", "today", "usual"),
    [
        ("count", STEADY, 101, True),
        ("count", STEADY, 0, False),
        ("count", STEADY, 45, False),
        ("count", STEADY, 210, False),
        ("count", [5000.0, *STEADY], 210, False),
        ("count", [*STEADY, 3000, *STEADY], 210, False),
        ("count", STEADY[:5], 0, True),
        ("count", WEEKS, 98, True),
        ("count", WEEKS[:-1], 4, True),
        ("count", WEEKS[:-1], 100, False),
        ("count", WEEKS, 4, False),
        ("count", [3.0, 0, 2, 1, 4, 2, 0, 3], 0, True),
        ("share", [0.95, 0.94, 0.96, 0.95, 0.95, 0.94, 0.96], 0.95, True),
        ("share", [0.95, 0.94, 0.96, 0.95, 0.95, 0.94, 0.96], 0.0, False),
        ("share", [1.0] * 8, 0.97, True),
        ("share", [1.0] * 8, 0.9, False),
        ("level", [50.0, 52, 49, 51, 50, 53, 48], 51, True),
        ("level", [50.0, 52, 49, 51, 50, 53, 48], 5100, False),
        ("stock", [1000.0 * 1.01**n for n in range(12)], 1000 * 1.01**12, True),
        ("stock", [1000.0 * 1.01**n for n in range(12)], 500, False),
        ("stock", [500.0, 501, 503, 504, 506, 507, 508], 0, False),
        ("level", [-45.0, -44, -46, -45, -43, -47, -45], -45, True),
        ("level", [-45.0, -44, -46, -45, -43, -47, -45], 45, False),
        ("count", [1000.0, 1010, 990, 1005, 995, 280, 290, 1003, 992, 1008, 1001, 997], 285, True),
        ("delivered", [1.0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1], 0, True),
        ("delivered", [1.0, 1, 1, 1, 1, 0, 0] * 3, 0, False),
        ("delivered", [1.0] * 8, 0, False),
        ("delivered", [1.0, 0, 0, 0, 0, 0, 0] * 5, 1, True),
        ("delivered", [1.0, 0, 0, 0, 0, 0, 0] * 5, 0, False),
        ("delivered", [*([1.0, 0, 0, 0, 0, 0, 0] * 5), 1], 0, True),
    ],
)
def test_a_day_is_judged_by_the_days_before(
    session: DuckDBSession, project: Project, kind: str, history: Values, today: float, usual: bool
) -> None:
    result = _observed(session, project, kind, [*history, today])
    assert result.passed is usual, result.observed
    assert result.columns == (() if usual else ("c",))


def test_what_is_unusual_is_told_with_what_was_expected(session: DuckDBSession, project: Project) -> None:
    result = _observed(session, project, "count", [*STEADY, 0])
    assert result.observed.startswith("2026-03-14 c: measure 0, expected 101 (")
    assert result.observed.endswith(", 11 days)")
    query = (
        "select value, round(expected), days, is_unusual from quality.measures where measured_on = date '2026-03-14'"
    )
    assert session.rows(parse(query)) == [(0.0, 101.0, 11, True)]


def test_a_segment_that_lost_everybody_is_told(session: DuckDBSession, project: Project) -> None:
    """What is not measured any more is nothing now."""
    days = [FIRST + timedelta(days=number) for number in range(9)]
    rows = [(day, "members", "of vips", "stock", 100.0, 100, None) for day in days[:-1]]
    rows += [(day, "members", "of all", "stock", 900.0, 900, None) for day in days]
    for some in (rows[:8] + rows[8:-1], rows[-1:]):
        found = observe(session, project.quality.behaviour, "raw.t", SIDECAR, rows_select(TYPES, some))
    assert found[0].observed.startswith("2026-03-10 members: of vips 0, expected 100")


def test_another_run_of_an_earlier_day_leaves_the_later_ones(session: DuckDBSession, project: Project) -> None:
    rows = [(FIRST + timedelta(days=n), "c", "measure", "count", 10.0, 10, None) for n in range(9)]
    for some in (rows, rows[3:4]):
        observe(session, project.quality.behaviour, "raw.t", SIDECAR, rows_select(TYPES, some))
    assert session.rows(parse("select count(*), max(days) from quality.measures")) == [(9, 7)]


def test_p_values_of_usual_days_are_as_often_small_as_they_say() -> None:
    """Of normal days without chance of their own; robust estimates of few days are somewhat less certain."""
    random = np.random.default_rng(5)
    for days in (5, 8, 20):
        spreads = np.array([robust_spread(random.normal(size=days)) for _ in range(2000)])
        assert 0.9 < np.sqrt((spreads**2).mean()) < 1.2


def test_a_day_of_many_measures_is_not_unusual_by_their_number(session: DuckDBSession, project: Project) -> None:
    """Of 200 measures of 30 usual days, hardly a day tells of one."""
    random = np.random.default_rng(1)
    days = [FIRST + timedelta(days=number) for number in range(60)]
    rows = [
        (day, f"c{column}", "measure", "count", float(random.poisson(50 + column)), 1000, None)
        for column in range(200)
        for day in days
    ]
    session.stage_rows("run_days", {"day": "date"}, [(day,) for day in days])
    session.stage_rows("made", TYPES, rows)
    observe(session, project.quality.behaviour, "raw.t", SIDECAR, parse("select * from made"))  # type: ignore[arg-type]
    query = "select count(distinct measured_on) from quality.measures where is_unusual and days >= 25"
    assert session.rows(parse(query))[0][0] <= 1


@given(
    kind=st.sampled_from(["count", "share", "level"]),
    level=st.integers(500, 100_000),
    days=st.integers(8, 40),
    factor=st.sampled_from([0.0, 0.2, 5.0, 100.0]),
    seed=st.integers(0, 1000),
)
def test_the_middle_is_usual_and_a_fifth_or_the_fivefold_is_not(
    project: Project, kind: str, level: int, days: int, factor: float, seed: int
) -> None:
    history = [float(value) for value in np.random.default_rng(seed).poisson(level, days)]
    broken = level * factor
    if kind == "share":
        history, broken = [value / (2 * level) for value in history], min(factor, 1.0)
    for today, usual in ((broken, False), (float(np.median(history)), True)):
        with DuckDBWarehouse(database=":memory:", seeds=str(REPOSITORY / "seeds")).session() as session:
            result = _observed(session, project, kind, [*history, today], size=2 * level)
        assert result.passed is usual, result.observed
