from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_profile_is_judged_and_a_single_record_is_certain(sample: DuckDBSession) -> None:
    sql = """
    select
        count(*) = (select count(distinct profile_id) from identity.identity_map),
        min(confidence) > 0.5,
        max(confidence) = 1,
        bool_and(confidence = 1 and links = 0) filter (where link_density is null),
        bool_and(links >= 1 and weakest_link > 0) filter (where link_density is not null)
    from identity.profile_confidence
    """
    assert sample.rows(parse(sql)) == [(True, True, True, True, True)]


def test_a_pair_is_as_sure_as_its_link(sample: DuckDBSession) -> None:
    sql = """
    select max(abs(confidence - 1 / (1 + pow(2, -weakest_link)))) from identity.profile_confidence
    where profile_id in (select profile_id from identity.identity_map group by profile_id having count(*) = 2)
    """
    assert sample.rows(parse(sql))[0][0] < 1e-6
