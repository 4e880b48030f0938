from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_a_size_is_the_number_of_members_of_its_day(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from segments.segment_sizes as sizes
    full join (select as_of_day, segment, count(*) as members from segments.segment_members group by all) as counted
    using (as_of_day, segment)
    where coalesce(sizes.members, 0) <> coalesce(counted.members, 0)
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_sizes_change_by_those_who_entered_and_left(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from (
        select members - entered + left_since as expected, lag(members) over (partition by segment order by as_of_day) as before
        from segments.segment_sizes
    ) where before is not null and before <> expected
    """
    assert sample.rows(parse(sql)) == [(0,)]
