from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_orders_equal_the_sum_of_their_lines(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from unified.orders as o join (select order_id, sum(amount) as amount from unified.order_lines group by order_id) as l on o.order_id = l.order_id where o.amount <> l.amount
    """
    assert sample.rows(parse(sql)) == [(0,)]
