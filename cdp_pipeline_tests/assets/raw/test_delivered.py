from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_line_knows_file_and_place(sample: DuckDBSession) -> None:
    sql = """
    select count(*) - count(distinct (_extract_date, _file, _line)) from raw.store_pos__members
    """
    assert sample.rows(parse(sql)) == [(0,)]
