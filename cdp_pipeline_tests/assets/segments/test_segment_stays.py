from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_open_stays_are_todays_members(sample: DuckDBSession) -> None:
    sql = """
    select count(*), count(members.profile_id), count(stays.profile_id)
    from (select * from segments.segment_stays where left_on is null) as stays
    full join (select * from segments.segment_members where as_of_day = date '2026-11-15') as members
    using (segment, profile_id)
    """
    ((both, members, stays),) = sample.rows(parse(sql))
    assert both == members == stays > 0


def test_everybody_who_turned_has_a_reason_from_the_second_day_on(sample: DuckDBSession) -> None:
    sql = """
    select count(*), count(*) filter (where reason is null) from segments.segment_changes where as_of_day > date '2026-11-09'
    """
    ((turned, without),) = sample.rows(parse(sql))
    assert turned > 0
    assert without == 0
