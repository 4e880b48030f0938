from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_profile_has_the_digest_of_what_it_is_made_of(sample: DuckDBSession) -> None:
    sql = """
    select
        (select count(*) from profile.profile_changes where inputs is not null) = (select count(*) from profile.profiles),
        (select count(distinct inputs) = count(inputs) from profile.profile_changes),
        (select count(distinct state) from profile.profile_changes)
    """
    assert sample.rows(parse(sql)) == [(True, True, 1)]
