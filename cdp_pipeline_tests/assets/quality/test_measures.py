from cdp_pipeline.assets.quality.measures import measured
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_every_measured_table_was_measured(sample: DuckDBSession, project: Project) -> None:
    query = "select distinct table_name from quality.measures where measured_on = date '2026-11-15'"
    assert {str(row[0]) for row in sample.rows(parse(query))} == set(measured(project))


def test_a_delivered_table_is_measured_on_each_of_its_days(sample: DuckDBSession) -> None:
    query = """
    select measured_on, cast(value as bigint)
    from quality.measures
    where table_name = 'staging.web_shop__orders' and measure = 'rows'
    except
    select _extract_date, count(*) from raw.web_shop__orders group by _extract_date
    """
    assert sample.rows(parse(query)) == []


def test_measures_of_profiles_are_those_of_the_tables(sample: DuckDBSession) -> None:
    query = """
    select
        (select value from quality.measures where table_name = 'identity.identity_map' and measure = 'profiles')
            = (select count(*) from profile.profiles),
        (select value from quality.measures where table_name = 'segments.segment_sizes' and measure = 'of store_and_web'
            and measured_on = date '2026-11-15')
            = (select members from segments.segment_sizes where segment = 'store_and_web' and as_of_day = date '2026-11-15')
    """
    assert sample.rows(parse(query)) == [(True, True)]
