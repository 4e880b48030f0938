from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_column_of_every_source_is_audited(sample: DuckDBSession) -> None:
    sql = "select count(*), count(distinct (source, source_table, column_name)), min(filled_share) >= 0, max(filled_share) <= 1 from quality.source_audit where audited_on = date '2026-11-15'"
    ((rows, distinct, least, most),) = sample.rows(parse(sql))
    assert rows == distinct == 129
    assert least and most


def test_no_value_of_a_personal_column_is_told(sample: DuckDBSession) -> None:
    sql = "select count(*) from quality.source_audit where privacy <> 'none' and (least is not null or greatest is not null)"
    assert sample.rows(parse(sql)) == [(0,)]


def test_what_only_one_source_knows_is_told(sample: DuckDBSession) -> None:
    sql = "select distinct known_only_here between 0.01 and 0.99 from quality.source_audit where source = 'web_shop' and source_table = 'accounts'"
    assert sample.rows(parse(sql)) == [(True,)]
