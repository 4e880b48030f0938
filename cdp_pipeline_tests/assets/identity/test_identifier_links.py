from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_a_shared_value_links_nobody(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from identity.identifier_links as l join identity.shared_identifiers as s on l.type = s.type and l.value = s.value
    """
    assert sample.rows(parse(sql)) == [(0,)]
