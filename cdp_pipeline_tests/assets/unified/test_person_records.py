from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_a_full_name_is_split(sample: DuckDBSession) -> None:
    sql = """
    select given_name, family_name from unified.person_records where record_id = 'web_shop.accounts:a900001'
    """
    assert sample.rows(parse(sql)) == [("Adrian", "Kéller")]


def test_every_delivered_person_is_a_record(sample: DuckDBSession) -> None:
    sql = """
    select (select count(*) from unified.person_records where source = 'web_shop') - (select count(*) from staging.web_shop__accounts)
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_titles_are_no_names(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from unified.person_records where given_name in ('M.', 'Mme') or family_name in ('M.', 'Mme')
    """
    assert sample.rows(parse(sql)) == [(0,)]
