from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_frequencies_are_shares_of_the_model_in_force(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from identity.term_frequencies where frequency not between 0 and 1 or version not in (select version from identity.linkage_model)
    """
    assert sample.rows(parse(sql)) == [(0,)]
