from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_no_touch_is_lost_or_doubled(sample: DuckDBSession) -> None:
    sql = """
    select (select count(*) from unified.interactions) - (select count(*) from staging.email_marketing__email_events) - (select count(*) from staging.web_analytics__hits) - (select count(*) from staging.sales_crm__event_attendance)
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_the_day_is_the_local_one(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from unified.interactions where occurred_on <> local_day(occurred_at, 'Europe/Paris')
    """
    assert sample.rows(parse(sql)) == [(0,)]
