from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_a_golden_value_is_its_records_value(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from profile.profile_attributes as a join unified.person_records as r on a.record_id = r.record_id where a.attribute = 'email' and a.value <> r.email
    """
    assert sample.rows(parse(sql)) == [(0,)]
