from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sources import Table
from cdp_pipeline.domain.staging import TYPED, quarantine_select, staging_select, staging_sidecar, typed_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

COLUMNS = {
    "id": {"required": True},
    "email": {"type": "email"},
    "born": {"type": "date", "formats": ["%d/%m/%Y"]},
    "amount": {"type": "decimal", "decimal_separator": ","},
    "at": {"type": "timestamp", "timezone": "Europe/Paris"},
}


def _table(load: str) -> Table:
    extract = {"format": "csv", "path": "s/{date}/t.csv", "load": load}
    return Table.model_validate({"extract": extract, "key": ["id"], "columns": COLUMNS})


def _raw(session: DuckDBSession, *rows: tuple[Any, ...]) -> None:
    names = [*COLUMNS, "_extract_date", "_file", "_line", "_reject_reason", "_reject_text"]
    types = {name: "date" if name == "_extract_date" else "bigint" if name == "_line" else "varchar" for name in names}
    filled = [
        (*row[:5], row[5] if len(row) > 5 else date(2026, 11, 15), "f", place, None, None)
        for place, row in enumerate(rows)
    ]
    session.stage_rows("lines", types, filled)
    session.replace_table("raw.s__t", parse("from lines"), lambda name: None)
    parsed = "select 'phone' as kind, '' as value, '' as region, '' as parsed where false"
    session.replace_table("staging.parsed_values", parse(parsed), lambda name: None)


def _type(session: DuckDBSession, project: Project, definition: Table) -> None:
    for name in ("typed_days", "accepted_days"):
        session.stage(name, parse("select distinct _extract_date as day from raw.s__t"))
    session.stage(TYPED, typed_select("s__t", definition, project.deployment))


def _staged(session: DuckDBSession, project: Project, load: str) -> list[tuple[Any, ...]]:
    _type(session, project, _table(load))
    return sorted(session.rows(staging_select("s__t", _table(load), known_before=False)))


def _quarantined(session: DuckDBSession, project: Project, definition: Table | None = None) -> list[tuple[Any, ...]]:
    definition = definition or _table("append")
    _type(session, project, definition)
    return session.rows(quarantine_select("s__t", "s", "t", definition))


def test_values_are_typed(run_of_a_day: DuckDBSession, project: Project) -> None:
    _raw(run_of_a_day, ("1", " A@B.fr ", "31/01/1985", "12,50", "2026-11-15 10:00:00"))
    assert _staged(run_of_a_day, project, "append")[0][:5] == (
        "1",
        "a@b.fr",
        date(1985, 1, 31),
        Decimal("12.50"),
        datetime(2026, 11, 15, 9),
    )


def test_an_impossible_birth_date_is_nulled_and_listed(run_of_a_day: DuckDBSession, project: Project) -> None:
    _raw(run_of_a_day, ("1", None, "31/02/1985", None, None))
    assert _staged(run_of_a_day, project, "append")[0][2] is None
    listed = _quarantined(run_of_a_day, project)
    assert [(row[5], row[6], row[8]) for row in listed] == [("born", "invalid_date", True)]


def test_an_unreadable_amount_refuses_its_row(run_of_a_day: DuckDBSession, project: Project) -> None:
    _raw(run_of_a_day, ("1", None, None, "twelve", None), ("2", None, None, "1", None))
    assert [row[0] for row in _staged(run_of_a_day, project, "append")] == ["2"]
    listed = _quarantined(run_of_a_day, project)
    assert [(row[4], row[5], row[8]) for row in listed] == [(0, "amount", False)]
    assert listed[0][9] == '{"id":"1","email":null,"born":null,"amount":"twelve","at":null}'


def test_a_row_without_its_key_is_refused(run_of_a_day: DuckDBSession, project: Project) -> None:
    _raw(run_of_a_day, (None, "a@b.fr", None, None, None))
    assert _staged(run_of_a_day, project, "append") == []


def test_a_placeholder_is_not_a_value_and_listed_as_such(run_of_a_day: DuckDBSession, project: Project) -> None:
    _raw(run_of_a_day, ("1", "test@test.com", "01/01/1900", "n/a", None))
    assert _staged(run_of_a_day, project, "append")[0][1:4] == (None, None, None)
    listed = {(row[5], row[6], row[8]) for row in _quarantined(run_of_a_day, project)}
    assert listed == {(name, "placeholder_value", True) for name in ("email", "born", "amount")}


def test_of_a_delta_the_newest_row_of_a_key_counts(run_of_a_day: DuckDBSession, project: Project) -> None:
    old, new = (
        ("1", "old@b.fr", None, None, None, date(2026, 11, 14)),
        ("1", "new@b.fr", None, None, None, date(2026, 11, 15)),
    )
    _raw(run_of_a_day, new, old, ("2", *[None] * 4, date(2026, 11, 1)))
    assert [row[:2] for row in _staged(run_of_a_day, project, "delta")] == [("1", "new@b.fr"), ("2", None)]


def test_an_event_delivered_twice_counts_once(run_of_a_day: DuckDBSession, project: Project) -> None:
    _raw(run_of_a_day, ("1", *[None] * 4), ("1", *[None] * 4))
    assert len(_staged(run_of_a_day, project, "append")) == 1


def test_the_sidecar_describes_types_and_partition() -> None:
    sidecar = staging_sidecar("s__t", _table("append"))
    assert sidecar.partition == "_extract_date"
    assert sidecar.columns["amount"].type == "DECIMAL(18,2)"
    assert staging_sidecar("s__t", _table("delta")).partition is None


def test_a_fault_of_a_line_that_a_later_one_replaced_is_still_listed(
    run_of_a_day: DuckDBSession, project: Project
) -> None:
    _raw(run_of_a_day, ("1", None, "31/02/1985", None, None), ("1", None, "28/02/1985", None, None))
    assert [(row[4], row[5]) for row in _quarantined(run_of_a_day, project)] == [(0, "born")]


def test_a_missing_required_value_is_listed_though_its_row_is_loaded(
    run_of_a_day: DuckDBSession, project: Project
) -> None:
    columns = {**COLUMNS, "email": {"type": "email", "required": True, "on_invalid": "null"}}
    extract = {"format": "csv", "path": "s/{date}/t.csv", "load": "append"}
    definition = Table.model_validate({"extract": extract, "key": ["id"], "columns": columns})
    _raw(run_of_a_day, ("1", None, None, None, None))
    listed = _quarantined(run_of_a_day, project, definition)
    assert [(row[5], row[6], row[8]) for row in listed] == [("email", "missing_required_value", True)]


def test_nobody_is_born_after_the_day_of_the_extract(run_of_a_day: DuckDBSession, project: Project) -> None:
    extract = {"format": "csv", "path": "s/{date}/t.csv", "load": "append"}
    maps = {"person_records": {"birth_date": "born"}}
    definition = Table.model_validate({"extract": extract, "key": ["id"], "columns": COLUMNS, "maps": maps})
    _raw(run_of_a_day, ("1", None, "12/12/2090", None, None))
    listed = _quarantined(run_of_a_day, project, definition)
    assert [(row[5], row[6]) for row in listed] == [("born", "invalid_date")]
