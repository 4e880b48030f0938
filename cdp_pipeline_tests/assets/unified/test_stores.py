from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_stores_come_from_the_shops_own_list(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from unified.stores
    """
    assert sample.rows(parse(sql)) == [(12,)]
