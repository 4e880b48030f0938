from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_profile_has_a_state_for_every_pair(sample: DuckDBSession) -> None:
    sql = """
    select (select count(*) from profile.consent_state) - 4 * (select count(*) from profile.profiles)
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_silence_is_a_denial(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from profile.consent_state where reason = 'default' and status = 'granted'
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_an_old_grant_for_advertising_has_expired(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from profile.consent_state where channel = 'ads' and status = 'granted' and decided_at < date '2026-11-15' - interval 13 months
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_no_withdrawal_is_outlived_by_an_older_grant(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from profile.consent_state as s join identity.identity_map as m on s.profile_id = m.profile_id join unified.consents as c on c.record_id = m.record_id and c.channel = s.channel and c.purpose = s.purpose where s.status = 'granted' and c.status = 'denied' and c.decided_at >= s.decided_at
    """
    assert sample.rows(parse(sql)) == [(0,)]
