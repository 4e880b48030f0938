from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_profile_was_minted_once(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from (select profile_id from identity.identity_events where event = 'mint' group by profile_id having count(*) <> 1)
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_events_are_numbered_without_a_gap(sample: DuckDBSession) -> None:
    sql = """
    select count(*) - max(event_no) from identity.identity_events
    """
    assert sample.rows(parse(sql)) == [(0,)]
