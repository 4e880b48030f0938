from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_swapped_names_have_one_key(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from identity.linkage_records where name_key <> least(given, family) || ' ' || greatest(given, family)
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_an_attribute_that_nobody_delivers_is_empty(sample: DuckDBSession) -> None:
    sql = """
    select count(national_id) from identity.linkage_records
    """
    assert sample.rows(parse(sql)) == [(0,)]
