from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_delivered_file_is_listed_with_its_digest(sample: DuckDBSession) -> None:
    sql = """
    select count(*) filter (where length(sha256) = 64) - count(*), count(distinct extract_date) from quality.extracts
    """
    assert sample.rows(parse(sql)) == [(0, 7)]
