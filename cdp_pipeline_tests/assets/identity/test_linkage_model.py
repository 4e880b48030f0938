from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_the_model_in_force_has_one_version(sample: DuckDBSession) -> None:
    sql = """
    select count(*) = 1 and max(length(version)) = 12 from identity.linkage_model
    """
    assert sample.rows(parse(sql)) == [(True,)]
