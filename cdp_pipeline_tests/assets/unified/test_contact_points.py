from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_address_of_a_record_is_a_contact_point(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from unified.person_records as r where email is not null and not exists (select 1 from unified.contact_points as p where p.record_id = r.record_id and p.kind = 'email' and p.value = r.email)
    """
    assert sample.rows(parse(sql)) == [(0,)]
