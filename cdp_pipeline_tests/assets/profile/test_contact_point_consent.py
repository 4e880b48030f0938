from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_the_golden_points_allow_what_the_profile_allows(sample: DuckDBSession) -> None:
    sql = """
    select count(*), count(*) filter (where point.status <> state.status or point.reason <> state.reason)
    from profile.consent_state as state
    join profile.contact_point_consent as point using (profile_id, channel, purpose, contact_point)
    """
    ((compared, differing),) = sample.rows(parse(sql))
    assert compared > 1000
    assert differing == 0


def test_every_address_and_number_has_a_state(sample: DuckDBSession) -> None:
    sql = """
    select count(*)
    from profile.profile_contact_points as points
    anti join profile.contact_point_consent as state
        on points.profile_id = state.profile_id and points.value = state.contact_point
    where points.kind in ('email', 'phone')
    """
    assert sample.rows(parse(sql)) == [(0,)]
