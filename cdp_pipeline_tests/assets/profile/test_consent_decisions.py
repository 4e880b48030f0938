from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_one_decision_of_a_pair_counts(sample: DuckDBSession) -> None:
    sql = """
    select min(firsts) = 1 and max(firsts) = 1
    from (
        select count_if(place = 1) as firsts from profile.consent_decisions group by profile_id, channel, purpose
    ) as pairs
    """
    assert sample.rows(parse(sql)) == [(True,)]


def test_every_decision_of_a_configured_pair_is_there(sample: DuckDBSession) -> None:
    sql = """
    select
        (select count(*) from profile.consent_decisions)
        = (
            select count(*) from unified.consents
            where status in ('granted', 'denied') and (channel, purpose) in (select (channel, purpose) from profile.consent_state)
        )
    """
    assert sample.rows(parse(sql)) == [(True,)]
