from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_a_flat_file_gives_an_order_once(sample: DuckDBSession) -> None:
    sql = """
    select (select count(*) from unified.orders where source = 'web_shop') - (select count(distinct order_no) from staging.web_shop__orders)
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_receipts_reconcile_to_the_cent(sample: DuckDBSession) -> None:
    sql = """
    select (select sum(amount) from unified.orders where source = 'store_pos') - (select sum(total) from staging.store_pos__receipts)
    """
    assert sample.rows(parse(sql)) == [(0,)]
