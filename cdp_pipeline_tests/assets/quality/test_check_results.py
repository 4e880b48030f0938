from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.quality.check_results import record
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.checks.suites import CheckResult
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import WarehouseError
from cdp_pipeline.settings import load_settings
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.conftest import SAMPLE_DAYS


def test_every_check_of_the_sample_is_kept(sample: DuckDBSession, project: Project) -> None:
    """A row for each expectation of the suites and for each check that a table makes itself."""
    found = {
        (str(row[0]), str(row[1]))
        for row in sample.rows(parse("select table_name, check_name from quality.check_results"))
    }
    catalogue = load_catalogue(project)
    asked = {
        (name, each.name)
        for name, table in catalogue.items()
        for each in (*(project.suites[name].expectations if name in project.suites else ()), *table.checks)
    }
    assert found == asked


def test_every_table_that_ships_has_a_suite(project: Project) -> None:
    assert set(load_catalogue(project)) - set(project.suites) == {"quality.check_results"}


def test_results_take_the_place_of_those_of_the_same_table_and_day(session: DuckDBSession, project: Project) -> None:
    catalogue = load_catalogue(project)

    def judged(table: str, observed: str) -> None:
        run = TableRun(catalogue[table], session, project, load_settings(), SAMPLE_DAYS[:1], "run")
        run.checks.append(CheckResult(_expectation("a"), False, observed, 2, None, 10, "[]", "select 1", ("x", "y")))
        record(run, SAMPLE_DAYS[0])

    judged("profile.profiles", "one")
    judged("profile.households", "other")
    judged("profile.profiles", "again")
    query = "select table_name, column_name, observed, rows, unexpected_rows from quality.check_results order by all"
    assert session.rows(parse(query)) == [
        ("profile.households", "x, y", "other", 10, 2),
        ("profile.profiles", "x, y", "again", 10, 2),
    ]


def test_a_failure_that_no_check_tells_of_is_kept_as_one(session: DuckDBSession, project: Project) -> None:
    run = TableRun(
        load_catalogue(project)["raw.web_shop__orders"], session, project, load_settings(), SAMPLE_DAYS, "run"
    )
    record(run, SAMPLE_DAYS[1], WarehouseError("orders.csv: the column 'sku' is missing"))
    query = "select checked_on = date '2026-11-15', severity, passed, observed from quality.check_results"
    assert session.rows(parse(query)) == [(True, "block", False, "orders.csv: the column 'sku' is missing")]


def _expectation(name: str) -> Expectation:
    content = {"expectation": f"expect_{name}", "severity": "warn", "dimension": "validity", "sentence": "It holds."}
    return Expectation.model_validate(content)
