from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_a_pair_stands_once(sample: DuckDBSession) -> None:
    sql = """
    select count(*) - count(distinct (record_no_l, record_no_r)) from identity.scored_pairs
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_every_pair_names_its_rule(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from identity.scored_pairs where rule is null
    """
    assert sample.rows(parse(sql)) == [(0,)]
