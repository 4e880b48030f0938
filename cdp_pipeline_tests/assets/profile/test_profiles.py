from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_profile_of_the_map_has_a_golden_record(sample: DuckDBSession) -> None:
    sql = """
    select (select count(*) from profile.profiles) - (select count(distinct profile_id) from identity.identity_map)
    """
    assert sample.rows(parse(sql)) == [(0,)]
