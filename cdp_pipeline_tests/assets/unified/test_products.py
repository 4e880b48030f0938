from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_the_reference_serves_where_no_source_delivers_articles(sample: DuckDBSession) -> None:
    sql = """
    select count(*), min(source) from unified.products
    """
    assert sample.rows(parse(sql)) == [(80, "reference")]
