from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_a_reason_is_given(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from identity.shared_identifiers where reason is null or records < 1
    """
    assert sample.rows(parse(sql)) == [(0,)]
