from datetime import date

import pytest
from sqlglot import exp

from cdp_pipeline.domain.expressions import column, joined, literal, null_as, rows_select, sql_of, table, text
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession


def test_identifiers_are_quoted() -> None:
    assert sql_of(column('a"b')) == '"a""b"'
    assert sql_of(table("raw.x; drop table y")) == '"raw"."x; drop table y"'


@pytest.mark.parametrize(
    ("value", "expected"),
    [("it's", "'it''s'"), (1, "1"), (True, "TRUE"), (date(2026, 1, 2), "CAST('2026-01-02' AS DATE)")],
)
def test_values_become_literals_of_their_type(value: object, expected: str) -> None:
    assert sql_of(literal(value)) == expected  # type: ignore[arg-type]


def test_missing_parts_are_left_out_of_a_joined_text(session: DuckDBSession) -> None:
    parts = exp.select(joined(" ", text("a"), null_as("varchar"), text("b")))
    assert session.rows(parts) == [("a b",)]


def test_text_can_not_leave_its_quotes() -> None:
    assert sql_of(text("'; drop table x --")) == "'''; drop table x --'"


def test_a_table_of_literals_has_its_types_also_without_rows(session: DuckDBSession) -> None:
    types = {"name": "varchar", "months": "int"}
    assert session.rows(rows_select(types, [("a", 13), ("it's", None)])) == [("a", 13), ("it's", None)]
    assert session.rows(rows_select(types, [])) == []
