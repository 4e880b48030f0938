import pytest

from cdp_pipeline.checks.suites import run_suite
from cdp_pipeline.config.expectations import Suite
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def _suite(expectation: str, severity: str = "block", **arguments: object) -> Suite:
    content = {
        "expectation": expectation,
        "arguments": arguments,
        "severity": severity,
        "dimension": "validity",
        "sentence": "It holds.",
    }
    return Suite.model_validate({"table": "raw.t", "expectations": [content]})


@pytest.mark.parametrize(
    ("expectation", "arguments", "holds"),
    [
        ("expect_column_values_to_not_be_null", {"column": "a"}, False),
        ("expect_column_values_to_not_be_null", {"column": "a", "mostly": 0.5}, True),
        ("expect_column_values_to_be_unique", {"column": "b"}, False),
        ("expect_column_values_to_be_in_set", {"column": "b", "value_set": ["x", "y"]}, True),
        ("expect_column_values_to_match_regex", {"column": "b", "regex": "^[xy]$"}, True),
        ("expect_column_values_to_be_between", {"column": "a", "min_value": 2}, False),
        ("expect_table_row_count_to_be_between", {"min_value": 3, "max_value": 3}, True),
        ("expect_compound_columns_to_be_unique", {"column_list": ["a", "b"]}, True),
    ],
)
def test_an_expectation_is_judged_inside_the_engine(
    session: DuckDBSession, expectation: str, arguments: dict[str, object], holds: bool
) -> None:
    session.replace_table(
        "raw.t", parse("select 1 as a, 'x' as b union all select 2, 'y' union all select null, 'y'"), lambda n: None
    )
    (result,) = run_suite(session, "raw.t", _suite(expectation, **arguments))
    assert result.error is None
    assert result.passed is holds
    assert result.blocks is not holds


def test_a_missing_column_is_an_error_of_its_expectation(session: DuckDBSession) -> None:
    session.replace_table("raw.t", parse("select 1 as a"), lambda name: None)
    (result,) = run_suite(session, "raw.t", _suite("expect_column_values_to_be_unique", column="none"))
    assert not result.passed
    assert result.error


def test_nothing_is_held_afterwards(session: DuckDBSession) -> None:
    session.replace_table("raw.t", parse("select 1 as a"), lambda name: None)
    run_suite(session, "raw.t", _suite("expect_column_values_to_be_unique", column="a"))
    session.replace_table("raw.t", parse("select 2 as a"), lambda name: None)
    assert session.rows(parse("select a from raw.t")) == [(2,)]
