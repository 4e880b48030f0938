from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_no_profile_outgrows_the_guard(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from (select profile_id from identity.identity_map group by profile_id having count(*) > 60)
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_no_profile_holds_two_birth_dates_that_conflict(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from identity.identity_map as a join identity.identity_map as b on a.profile_id = b.profile_id and a.record_id < b.record_id join identity.linkage_records as l on a.record_id = l.record_id join identity.linkage_records as r on b.record_id = r.record_id where births_conflict(l.birth, r.birth) or givens_conflict(l.given, r.given, l.given_root, r.given_root, l.family, r.family)
    """
    assert sample.rows(parse(sql)) == [(0,)]
