from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_a_pair_stands_once(sample: DuckDBSession) -> None:
    sql = """
    select count(*) - count(distinct (record_id_l, record_id_r)) from identity.scored_pairs
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_every_pair_names_its_rule_and_model(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from identity.scored_pairs where rule is null or model_version not in (select version from identity.linkage_model)
    """
    assert sample.rows(parse(sql)) == [(0,)]
