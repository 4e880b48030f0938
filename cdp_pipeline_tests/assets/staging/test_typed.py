"""Load kinds, the limit of refused lines, and the account of every line."""

from datetime import date
from typing import Any

import pytest

from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.assets.staging.typed import staging_table
from cdp_pipeline.assets.table import AuditFailed, TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sources import Source
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.settings import load_settings
from cdp_pipeline.sql.lineage import parse

Line = tuple[int, str, str | None, str | None]
"""Day of November 2026, file, id and amount."""
D = [date(2026, 11, day) for day in range(1, 31)]


class Deployment:
    """One source table in an in-memory warehouse; `deliver` and `run` its days."""

    def __init__(self, session: DuckDBSession, project: Project, load: str, **table: Any) -> None:
        self.session, self.project = session, project
        extract = {"format": "csv", "path": "s/{date}/t.csv", "load": load, **table.pop("extract", {})}
        columns = {"id": {"required": True}, "amount": {"type": "decimal"}, "op": {}}
        content = {"extract": extract, "key": ["id"], "columns": columns, **table}
        self.source = Source.model_validate({"source": "s", "tables": {"t": content}})
        self.lines: list[Line] = []
        self.days: set[int] = set()

    def deliver(self, day: int, *lines: tuple[str | None, str | None] | tuple[str | None, str | None, str]) -> None:
        """Lines of one day, in the place of what it had."""
        self.days.add(day)
        self.lines = [line for line in self.lines if line[0] != day]
        self.lines += [(day, f"{day}.csv", line[0], line[1], *line[2:]) for line in lines]  # type: ignore[misc]

    def run(self, *days: int, asked: tuple[int, ...] = ()) -> TableRun:
        types = {"_extract_date": "date", "_file": "varchar", "id": "varchar", "amount": "varchar", "op": "varchar"}
        types |= {"_line": "bigint", "_reject_reason": "varchar", "_reject_text": "varchar"}
        rows = [
            (D[day - 1], file, key, amount, *(rest or (None,)), place, None, None)
            for place, (day, file, key, amount, *rest) in enumerate(self.lines, start=2)
        ]
        self.session.stage_rows("lines", types, rows)
        self.session.replace_table("raw.s__t", parse("from lines"), lambda name: None)
        extracts = [("s", "t", D[day - 1]) for day in sorted(self.days)]
        self.session.stage_rows(
            "extracts", {"source": "varchar", "source_table": "varchar", "extract_date": "date"}, extracts
        )
        self.session.replace_table("quality.extracts", parse("from extracts"), lambda name: None)
        stage_run_days(self.session, tuple(D[day - 1] for day in days), self.project.deployment)
        table = staging_table(self.project, "s__t", self.source, self.source.tables["t"])
        brought, own = (tuple(D[day - 1] for day in some) for some in (days, asked))
        run = TableRun(table, self.session, self.project, load_settings(), brought, "run", own)
        table.build(run)
        return run

    def rows(self) -> list[tuple[Any, ...]]:
        return self.session.rows(parse("select id, cast(amount as integer) from staging.s__t order by id, amount"))


@pytest.fixture
def made(session: DuckDBSession, project: Project) -> Any:
    return lambda load, **table: Deployment(session, project, load, **table)


def _check(run: TableRun, name: str) -> tuple[bool, str]:
    return next((c.passed, c.observed) for c in run.checks if name in c.expectation.name)


def test_a_day_that_another_run_has_inspected_and_not_read_yet_is_left_to_it(made: Any) -> None:
    d = made("snapshot")
    d.deliver(1, ("a", "1"))
    d.deliver(2)
    run = d.run(1)
    assert _check(run, "taken") == (True, "all taken")
    assert d.rows() == [("a", 1)]
    run = d.run(1, 2, asked=(1,))
    assert _check(run, "taken") == (True, "all taken")
    assert d.rows() == [("a", 1)]


def test_a_key_that_a_snapshot_lacks_is_deleted(made: Any) -> None:
    d = made("snapshot")
    d.deliver(1, ("a", "1"), ("b", "1"))
    d.run(1)
    d.deliver(2, ("a", "2"))
    d.run(2)
    assert d.rows() == [("a", 2)]


def test_an_empty_snapshot_deletes_nothing_and_says_so(made: Any) -> None:
    d = made("snapshot")
    d.deliver(1, ("a", "1"))
    d.run(1)
    d.deliver(2)
    run = d.run(2)
    assert d.rows() == [("a", 1)]
    assert _check(run, "delivered_days") == (
        False,
        "2026-11-02: the snapshot holds no line, which would delete every row",
    )


def test_a_delta_upserts_and_its_operation_deletes(made: Any) -> None:
    d = made("delta", extract={"operation": {"column": "op", "delete": ["D"]}})
    d.deliver(1, ("a", "1", "I"), ("b", "1", "I"))
    d.deliver(2, ("a", "2", "U"), ("b", None, "d"))
    run = d.run(1, 2)
    assert d.rows() == [("a", 2)]
    assert _check(run, "accounted_for")[0]
    d.deliver(3, ("b", "3", "I"))
    d.run(3)
    assert d.rows() == [("a", 2), ("b", 3)]


def test_an_event_counts_once_whatever_delivers_it_again(made: Any) -> None:
    d = made("append")
    d.deliver(1, ("a", "1"), ("a", "1"))
    d.run(1)
    d.deliver(2, ("a", "1"), ("b", "1"))
    run = d.run(2)
    assert d.rows() == [("a", 1), ("b", 1)]
    assert _check(run, "accounted_for") == (True, "delivered 2, unreadable 0, refused 0, loaded 1, repeated 1")


def test_events_whose_values_could_not_be_taken_are_still_two(made: Any) -> None:
    columns = {"id": {"required": True}, "amount": {"type": "decimal", "on_invalid": "null"}, "op": {}}
    d = made("append", key=[], columns=columns, max_quarantined=1)
    d.deliver(1, ("a", "bad"), ("a", "worse"), ("a", None), ("a", "worse"))
    run = d.run(1)
    assert d.rows() == [("a", None)] * 3
    assert _check(run, "accounted_for") == (True, "delivered 4, unreadable 0, refused 0, loaded 3, repeated 1")
    d.deliver(2, ("a", "worse"), ("a", "worst"))
    d.run(2)
    assert len(d.rows()) == 4


def test_events_without_a_key_are_told_apart_by_the_whole_row(made: Any) -> None:
    d = made("append", key=[])
    d.deliver(1, ("a", "1"), ("a", "1"), ("a", "2"), ("a", None))
    d.run(1)
    assert d.rows() == [("a", 1), ("a", 2), ("a", None)]


def test_a_corrected_day_gives_its_events_back_to_later_ones(made: Any) -> None:
    d = made("append")
    d.deliver(1, ("a", "1"))
    d.deliver(2, ("a", "1"), ("b", "1"))
    d.run(1, 2)
    d.deliver(1, ("c", "1"))
    d.run(1, 2)
    assert d.rows() == [("a", 1), ("b", 1), ("c", 1)]


def test_a_day_above_its_limit_is_not_taken_and_its_lines_say_why(made: Any) -> None:
    d = made("snapshot")
    d.deliver(1, *((f"k{n}", "1") for n in range(60)))
    d.run(1)
    d.deliver(2, ("k1", "twelve"), (None, "1"), *((f"k{n}", "2") for n in range(58)))
    run = d.run(2)
    assert {amount for _, amount in d.rows()} == {1}
    assert _check(run, "delivered_days") == (
        False,
        "2026-11-02: 2 of 60 lines refused, more than 2%; see quality.quarantine",
    )
    reasons = "select reason, count(*) from quality.quarantine group by reason order by reason"
    assert d.session.rows(parse(reasons)) == [("invalid_decimal", 1), ("missing_required_value", 1)]


def test_below_its_limit_the_rest_of_the_day_goes_on(made: Any) -> None:
    d = made("append", max_quarantined=0.5)
    d.deliver(1, ("a", "twelve"), ("b", "1"))
    run = d.run(1)
    assert d.rows() == [("b", 1)]
    assert _check(run, "delivered_days")[0]
    assert _check(run, "accounted_for") == (True, "delivered 2, unreadable 0, refused 1, loaded 1, repeated 0")


def test_a_refused_delta_day_leaves_the_others(made: Any) -> None:
    d = made("delta")
    d.deliver(1, ("a", "1"))
    d.deliver(2, ("a", "twelve"))
    d.deliver(3, ("b", "3"))
    run = d.run(2, 3)
    assert d.rows() == [("a", 1), ("b", 3)]
    assert not _check(run, "delivered_days")[0]


def test_events_of_a_refused_day_stay_as_they_were(made: Any) -> None:
    d = made("append")
    d.deliver(1, ("a", "1"))
    d.run(1)
    d.deliver(1, ("a", "twelve"), ("b", "1"))
    d.run(1)
    assert d.rows() == [("a", 1)]


def test_a_line_that_nothing_accounts_for_stops_the_run(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    d = made("append")
    d.deliver(1, ("a", "1"), ("b", "1"))
    write = TableRun.write
    monkeypatch.setattr(TableRun, "write", lambda self, query, held=(): write(self, query.where("id <> 'b'"), held))
    with pytest.raises(AuditFailed, match=r"lines of \['1\.csv'\] are unaccounted for"):
        d.run(1)


@pytest.mark.parametrize(("unread", "told"), [(12, True), (9, False)])
def test_a_column_that_loses_many_of_its_values_is_told_of(
    session: DuckDBSession, project: Project, unread: int, told: bool
) -> None:
    deployment = Deployment(session, project, "snapshot")
    deployment.deliver(1, *((f"good{n}", "1.50") for n in range(15)), *((f"bad{n}", "1,50 EUR") for n in range(unread)))
    (found,) = (
        check for check in deployment.run(1).checks if check.expectation.expectation == "expect_values_to_be_read"
    )
    assert found.passed is not told
    assert ("amount: 12 of 27 values" in found.observed) is told
