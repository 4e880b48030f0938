from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_gmail_spellings_identify_one_mailbox(sample: DuckDBSession) -> None:
    sql = """
    select count(distinct value) from unified.identifiers where type = 'email' and record_id in ('sales_crm.contacts:c900001', 'web_shop.accounts:a900001', 'email_marketing.subscribers:s900001')
    """
    assert sample.rows(parse(sql)) == [(1,)]
