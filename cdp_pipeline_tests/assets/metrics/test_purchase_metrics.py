from datetime import date

import pytest

from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.metrics.order_worlds import with_orders
from cdp_pipeline_tests.assets.metrics.touch_worlds import METRICS


def _made(session: DuckDBSession) -> DuckDBSession:
    session.stage("found", parse((METRICS / "purchase_metrics.sql").read_text(encoding="utf-8")))
    return session


def test_a_line_without_an_amount_saves_nothing(run_of_a_day: DuckDBSession) -> None:
    session = _made(with_orders(run_of_a_day, [("A", "2026-01-10", 50)]))
    assert session.rows(parse("select discount_share from found")) == [(pytest.approx(0.2),)]


def test_a_refund_lowers_what_is_spent_and_is_no_purchase(run_of_a_day: DuckDBSession) -> None:
    orders = [("A", "2026-11-01", 50), ("A", "2026-11-05", 30), ("A", "2026-11-10", -20)]
    session = _made(with_orders(run_of_a_day, orders))
    told = "select frequency, cast(monetary_value as integer), cast(average_basket as integer), last_order_on, recency_days from found"
    assert session.rows(parse(told)) == [(2, 60, 40, date(2026, 11, 5), 10)]


def test_the_cadence_is_the_median_of_the_days_between_two(run_of_a_day: DuckDBSession) -> None:
    days = ("2026-10-01", "2026-10-03", "2026-10-13", "2026-10-13", "2026-11-02")
    session = _made(with_orders(run_of_a_day, [("A", day, 10) for day in days]))
    assert session.rows(parse("select frequency, order_days, cadence_days from found")) == [(5, 4, 10.0)]
