from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_links_join_records_of_one_component(sample: DuckDBSession) -> None:
    sql = """
    select count(*), count(*) filter (where l.component = r.component) from identity.links
    join identity.identity_map as l on record_no_l = l.record_no join identity.identity_map as r on record_no_r = r.record_no
    """
    every, within = sample.rows(parse(sql))[0]
    assert every == within > 0
