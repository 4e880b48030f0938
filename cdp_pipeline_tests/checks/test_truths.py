"""Truths that ship, on the lines of one day, as the gate sees them, beside orders of all days."""

from collections.abc import Iterator

import pytest

from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse

ORDERS = """
select * from (values
    ('o1', 10.00, 's', date '2026-11-14'), ('o2', 30.00, 's', date '2026-11-15'), ('o3', 5.00, 'no_lines', date '2026-11-15'),
    ('o4', null, 's', date '2026-11-15')
) as t(order_id, amount, source, extract_date)
"""
LINES = """
select * from (values ('o2', 20.00, 's', date '2026-11-15'), ('o2', 10.00, 's', date '2026-11-15')) as t(order_id, amount, source, extract_date)
"""
NAMES = {
    "orders_equal_the_sum_of_their_lines.sql": ("unified.orders", "unified.order_lines", {}),
    "receipts_equal_the_sum_of_their_lines.sql": (
        "staging.store_pos__receipts",
        "staging.store_pos__receipt_lines",
        {"order_id": "ticket", "extract_date": "_extract_date"},
    ),
}


@pytest.fixture(params=sorted(NAMES))
def truth(session: DuckDBSession, project: Project, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """The truth's SQL, and a suffix that leaves lines out."""
    orders, lines, renamed = NAMES[request.param]
    known = "amount is not null" if renamed else "true"
    renames = ", ".join(f"{old} as {new}" for old, new in renamed.items())
    for table, rows, amount in ((orders, ORDERS, "total"), (lines, LINES, "montant")):
        names = f"{renames}, amount as {amount}" if renamed else "*"
        told = f"select {names} from ({rows}) where {known} and source = 's'" if renamed else rows
        session.replace_table(table, parse(told), unaudited)
    yield lines, project.truths[request.param]


def test_orders_of_other_days_and_sources_without_lines_are_not_asked(
    session: DuckDBSession, truth: tuple[str, str]
) -> None:
    assert session.rows(parse(truth[1])) == []


def test_an_order_whose_line_is_missing_is_found(session: DuckDBSession, truth: tuple[str, str]) -> None:
    lines, query = truth
    key = "montant" if "staging" in lines else "amount"
    session.replace_table(lines, parse(f"select * from {lines} where {key} = 10"), unaudited)
    assert len(session.rows(parse(query))) == 1
