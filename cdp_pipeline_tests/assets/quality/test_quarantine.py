from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_entry_says_why_and_what_to_do(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from quality.quarantine where reason is null or remedy is null or line is null
    """
    assert sample.rows(parse(sql)) == [(0,)]
