from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_members_are_living_profiles(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from segments.segment_members where profile_id not in (select profile_id from profile.profiles)
    """
    assert sample.rows(parse(sql)) == [(0,)]
