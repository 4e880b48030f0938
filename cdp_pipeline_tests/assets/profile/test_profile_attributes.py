from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.survivorship import attributes_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_a_golden_value_is_its_records_value(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from profile.profile_attributes as a join unified.person_records as r on a.record_id = r.record_id where a.attribute = 'email' and a.value <> r.email
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_parts_give_the_same_as_the_whole(sample: DuckDBSession, project: Project) -> None:
    rules = (project.survivorship, project.identity, project.sources, project.deployment.default_country)
    sample.stage("in_parts", attributes_select(*rules, part=(0, 3)))
    for place in (1, 2):
        sample.append("in_parts", attributes_select(*rules, part=(place, 3)))
    sql = """
    select
        (select count(*) from in_parts) = (select count(*) from profile.profile_attributes),
        (select count(*) from (select * from in_parts except select * from profile.profile_attributes) as other)
    """
    assert sample.rows(parse(sql)) == [(True, 0)]
