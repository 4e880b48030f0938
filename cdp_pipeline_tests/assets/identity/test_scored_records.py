from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_record_was_scored_as_it_stands(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from identity.linkage_records full join identity.scored_records using (record_no, digest)
    where record_id is null or scored_with is null
    """
    assert sample.rows(parse(sql)) == [(0,)]
