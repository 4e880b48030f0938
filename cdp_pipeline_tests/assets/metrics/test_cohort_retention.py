from datetime import date

from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.metrics.order_worlds import with_orders
from cdp_pipeline_tests.assets.metrics.touch_worlds import METRICS

ORDERS = (
    ("A", "2026-01-10", 50), ("A", "2026-03-10", -10),
    ("B", "2026-01-12", None), ("C", "2026-02-01", 20), ("C", "2026-03-05", 30),
)  # fmt: skip


def test_a_refund_is_no_purchase_of_a_cohort(run_of_a_day: DuckDBSession) -> None:
    session = with_orders(run_of_a_day, ORDERS)
    session.stage("found", parse((METRICS / "cohort_retention.sql").read_text(encoding="utf-8")))
    found = session.rows(parse("select cohort_month, months_since, profiles from found order by all"))
    assert found == [
        (date(2026, 1, 1), 0, 2),
        (date(2026, 2, 1), 0, 1),
        (date(2026, 2, 1), 1, 1),
    ]
