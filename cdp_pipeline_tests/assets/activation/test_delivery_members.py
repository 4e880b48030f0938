from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_members_are_in_a_segment_of_the_destination(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from activation.delivery_members as d
    where d.destination = 'marketing_cloud' and not exists (
        select 1 from segments.segment_members as s
        where s.profile_id = d.profile_id and s.as_of_day = d.renewed_on and s.segment in ('jumper_campaign', 'newsletter_active')
    )
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_a_partner_knows_people_by_the_id_of_the_published_tables(sample: DuckDBSession) -> None:
    sql = "select distinct len(keys), length(keys[1]) from activation.delivery_members where destination = 'marketing_cloud'"
    assert sample.rows(parse(sql)) == [(1, 16)]
