from datetime import date

import pytest

from cdp_pipeline.config.sources import Table
from cdp_pipeline.domain.expressions import rows_select
from cdp_pipeline.domain.measures import measures_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited

DAY, NEXT = date(2026, 11, 14), date(2026, 11, 15)
DEFINITION = Table.model_validate(
    {
        "description": "Orders",
        "extract": {"format": "csv", "path": "shop/{date}/orders.csv", "load": "append"},
        "key": ["id"],
        "columns": {
            "id": {"required": True},
            "at": {"type": "timestamp"},
            "born": {"type": "date"},
            "amount": {"type": "decimal"},
            "agrees": {"type": "boolean"},
        },
    }
)
TYPES = {
    "id": "varchar",
    "at": "timestamp",
    "born": "date",
    "amount": "decimal(18,2)",
    "agrees": "boolean",
    "_extract_date": "date",
}
LINES = [
    ("1", "2026-11-15 10:00:00", "1976-11-15", "10", True),
    ("2", "2026-11-15 02:00:00", "1986-11-15", "-20", False),
    ("2", "2026-11-10 10:00:00", "2030-01-01", "30", None),
    ("3", None, None, None, False),
]


@pytest.fixture
def found(session: DuckDBSession) -> dict[tuple[str, str], float]:
    session.stage("typed", rows_select(TYPES, [(*line, NEXT) for line in LINES]))
    session.stage_rows("run_days", {"day": "date"}, [(DAY,), (NEXT,)])
    files = [(DAY, "shop", "orders"), (NEXT, "shop", "orders"), (NEXT, "crm", "people")]
    types = {"extract_date": "date", "source": "varchar", "source_table": "varchar"}
    session.replace_table("quality.extracts", rows_select(types, files), unaudited)
    rows = session.rows(measures_select("shop", "orders", DEFINITION, "Europe/Paris"))
    assert (DAY, "", "rows", "count", 0.0, 0, None) in rows
    assert (DAY, "", "delivered", "delivered", 1.0, 0, None) in rows
    return {(row[1], row[2]): row[4] for row in rows if row[0] == NEXT}


def test_a_day_is_counted(found: dict[tuple[str, str], float]) -> None:
    assert found["", "rows"] == 4
    assert found["", "delivered"] == 1


@pytest.mark.parametrize(
    ("column", "measure", "value"),
    [
        ("id", "filled", 1.0),
        ("id", "distinct", 0.75),
        ("at", "filled", 0.75),
        ("at", "of the day", 2 / 3),
        ("at", "at night", 1 / 3),
        ("at", "in the future", 0.0),
        ("born", "in the future", 1 / 3),
        ("born", "median years ago", 40.0),
        ("amount", "median", 10.0),
        ("amount", "negative", 1 / 3),
        ("agrees", "true", 1 / 3),
    ],
)
def test_a_column_is_measured(found: dict[tuple[str, str], float], column: str, measure: str, value: float) -> None:
    assert found[column, measure] == pytest.approx(value, abs=0.01)


def test_a_day_without_a_file_is_told_from_the_first_one_on(session: DuckDBSession) -> None:
    session.stage("typed", rows_select(TYPES, []))
    session.stage_rows("run_days", {"day": "date"}, [(DAY,), (NEXT,)])
    types = {"extract_date": "date", "source": "varchar", "source_table": "varchar"}
    session.replace_table("quality.extracts", rows_select(types, [(NEXT, "shop", "orders")]), unaudited)
    rows = session.rows(measures_select("shop", "orders", DEFINITION, "Europe/Paris"))
    assert {(row[0], row[2], row[4]) for row in rows} == {(NEXT, "delivered", 1.0), (NEXT, "rows", 0.0)}
    files = [(NEXT, "shop", "orders"), (date(2026, 11, 16), "crm", "people")]
    session.replace_table("quality.extracts", rows_select(types, files), unaudited)
    session.stage_rows("run_days", {"day": "date"}, [(date(2026, 11, 16),), (date(2026, 11, 17),)])
    rows = session.rows(measures_select("shop", "orders", DEFINITION, "Europe/Paris"))
    assert {(row[2], row[4]) for row in rows} == {("delivered", 0.0)}
