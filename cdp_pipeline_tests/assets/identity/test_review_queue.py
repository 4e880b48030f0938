from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_only_pairs_of_different_profiles_wait(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from identity.review_queue as q join identity.identity_map as l on q.record_id_l = l.record_id join identity.identity_map as r on q.record_id_r = r.record_id where l.profile_id = r.profile_id
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_two_profiles_wait_once_and_by_worth(sample: DuckDBSession) -> None:
    sql = """
    select
        count(*) > 10,
        count(*) - count(distinct (least(l.profile_id, r.profile_id), greatest(l.profile_id, r.profile_id))),
        count(*) filter (where rank <> place)
    from (select *, row_number() over (order by priority desc, record_id_l, record_id_r) as place from identity.review_queue) as q
    join identity.identity_map as l on q.record_id_l = l.record_id
    join identity.identity_map as r on q.record_id_r = r.record_id
    """
    assert sample.rows(parse(sql)) == [(True, 0, 0)]
