from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_scores_lie_between_one_and_five(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from unified.service_cases where satisfaction_score not between 1 and 5
    """
    assert sample.rows(parse(sql)) == [(0,)]
