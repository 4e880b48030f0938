from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_members_are_in_a_segment_of_the_destination(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from activation.delivery_members as d where d.destination = 'marketing_cloud' and not exists (select 1 from segments.segment_members as s where s.profile_id = d.profile_id and s.as_of_day = d.as_of_day and s.segment in ('jumper_campaign', 'newsletter_active'))
    """
    assert sample.rows(parse(sql)) == [(0,)]
