from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_profile_was_minted_once(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from (select profile_id from identity.identity_events where event = 'mint' group by profile_id having count(*) <> 1)
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_what_takes_effect_together_has_one_number(sample: DuckDBSession) -> None:
    sql = """
    select event_no, list_sort(list(distinct event)) from identity.identity_events group by event_no order by event_no
    """
    numbers = sample.rows(parse(sql))
    assert numbers[:2] == [(1, ["mint"]), (3, ["join"])]
    assert all(len({*events} - {"merge", "retire"}) <= 1 for _, events in numbers)
