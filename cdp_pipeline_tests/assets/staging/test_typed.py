from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_the_newest_snapshot_is_the_state(sample: DuckDBSession) -> None:
    sql = """
    select count(distinct _extract_date), count(*) - count(distinct carte) from staging.store_pos__members
    """
    assert sample.rows(parse(sql)) == [(1, 0)]
