from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_unsubscription_is_a_denial(sample: DuckDBSession) -> None:
    sql = """
    select (select count(*) from unified.consents where proof like 'unsubscribe link%' and status = 'denied') - (select count(*) from staging.email_marketing__email_events where event = 'unsubscribed')
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_a_decision_is_granted_or_denied(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from unified.consents where status not in ('granted', 'denied')
    """
    assert sample.rows(parse(sql)) == [(0,)]
