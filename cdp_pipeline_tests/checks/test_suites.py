import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.checks.suites import CheckResult, faults, run_suite
from cdp_pipeline.config.expectations import Suite
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import Session, unaudited
from cdp_pipeline.sql.lineage import parse

TABLE = "raw.t"
SIDECAR = Sidecar.model_validate(
    {
        "description": "A table",
        "grain": "a row",
        "key": ["b"],
        "columns": {
            "a": {"type": "INTEGER", "description": "A number"},
            "b": {"type": "VARCHAR", "description": "A key"},
            "email": {"type": "VARCHAR", "description": "An address", "privacy": "direct_identifier"},
        },
    }
)


def _suite(expectation: str, severity: str = "block", query: str | None = None, **arguments: object) -> Suite:
    content = {
        "expectation": expectation,
        "arguments": arguments,
        "query": query,
        "severity": severity,
        "dimension": "validity",
        "sentence": "It holds.",
    }
    return Suite.model_validate({"table": TABLE, "expectations": [content]})


def _outcome(session: Session, project: Project, suite: Suite, rows: str) -> CheckResult:
    session.replace_table(TABLE, parse(rows), unaudited)
    (result,) = run_suite(session, TABLE, TABLE, suite, project, SIDECAR)
    return result


@pytest.mark.parametrize(
    ("expectation", "arguments", "holds"),
    [
        ("expect_column_values_to_not_be_null", {"column": "a"}, False),
        ("expect_column_values_to_not_be_null", {"column": "a", "mostly": 0.5}, True),
        ("expect_column_values_to_be_unique", {"column": "b"}, False),
        ("expect_column_values_to_be_in_set", {"column": "b", "value_set": ["x", "y"]}, True),
        ("expect_column_values_to_match_regex", {"column": "b", "regex": "^[xy]$"}, True),
        ("expect_column_values_to_match_regex", {"column": "b", "regex": "^x$"}, False),
        ("expect_column_values_to_be_between", {"column": "a", "min_value": 2}, False),
        ("expect_table_row_count_to_be_between", {"min_value": 3, "max_value": 3}, True),
        ("expect_compound_columns_to_be_unique", {"column_list": ["a", "b"]}, True),
    ],
)
def test_an_expectation_is_judged_inside_the_engine(
    any_session: Session, project: Project, expectation: str, arguments: dict[str, object], holds: bool
) -> None:
    rows = "select 1 as a, 'x' as b union all select 2, 'y' union all select null, 'y'"
    result = _outcome(any_session, project, _suite(expectation, **arguments), rows)
    assert result.error is None
    assert result.passed is holds
    assert result.blocks is not holds


def test_a_missing_column_is_an_error_of_its_expectation(session: DuckDBSession, project: Project) -> None:
    result = _outcome(session, project, _suite("expect_column_values_to_be_unique", column="none"), "select 1 as a")
    assert not result.passed
    assert result.error


def test_nothing_is_held_afterwards(session: DuckDBSession, project: Project) -> None:
    _outcome(session, project, _suite("expect_column_values_to_be_unique", column="a"), "select 1 as a")
    session.replace_table(TABLE, parse("select 2 as a"), unaudited)
    assert session.rows(parse("select a from raw.t")) == [(2,)]


def test_failing_rows_are_kept_masked_and_few(any_session: Session, project: Project) -> None:
    rows = " union all ".join(f"select {i} as a, 'K-{i}' as b, 'Ann{i}@example.org' as email" for i in range(100, 150))
    result = _outcome(
        any_session, project, _suite("expect_column_values_to_match_regex", column="email", regex="^x"), rows
    )
    assert (result.rows, result.unexpected_count, result.share) == (50, 50, 1.0)
    sample = json.loads(result.sample or "")
    assert len(sample) == project.quality.sample_rows
    assert sample[0] == {"b": "A-999", "email": "Aa999@a.a"}
    assert any_session.rows(parse(f"select count(*) from ({result.query})".replace(";", ""))) == [(50,)]


def test_what_is_observed_of_a_personal_column_is_not_told(session: DuckDBSession, project: Project) -> None:
    suite = _suite("expect_column_most_common_value_to_be_in_set", column="email", value_set=["x"])
    result = _outcome(session, project, suite, "select 1 as a, 'x' as b, 'ann@example.org' as email")
    assert not result.passed
    assert "ann" not in result.observed


def test_an_error_quotes_no_value(session: DuckDBSession, project: Project) -> None:
    query = "select cast(email as integer) as n from raw.t where cast(email as integer) > 1"
    with_truth = replace(project, truths={"numbers.sql": query})
    result = _outcome(
        session,
        with_truth,
        _suite("unexpected_rows_expectation", query="numbers.sql"),
        "select 1 as a, 'x' as b, 'ann@example.org' as email",
    )
    assert result.error is not None
    assert result.error.startswith("Conversion Error: ")
    assert "ann" not in result.error


def test_a_truth_reads_the_table_that_is_being_built_and_others_as_they_stand(
    any_session: Session, project: Project
) -> None:
    any_session.replace_table("raw.other", parse("select 'x' as b"), unaudited)
    any_session.replace_table("raw.t", parse("select 1 as a, 'x' as b, null as email"), unaudited)
    any_session.replace_table("raw.t__building", parse("select 1 as a, '{y}' as b, null as email"), unaudited)
    query = "select mine.b, 7 as difference from raw.t as mine anti join raw.other as other on mine.b = other.b"
    with_truth = replace(project, truths={"known.sql": query + " where mine.b <> '{'"})
    suite = _suite("unexpected_rows_expectation", query="known.sql")
    (result,) = run_suite(any_session, "raw.t__building", "raw.t", suite, with_truth, SIDECAR)
    assert (result.passed, result.error, result.unexpected_count) == (False, None, 1)
    assert json.loads(result.sample or "") == [{"b": "{a}", "difference": "7"}]
    assert result.query is not None
    assert "__building" not in result.query
    assert "{y}" not in result.query


def test_seeds_are_told_what_the_engine_can_not_evaluate(session: DuckDBSession, project: Project) -> None:
    sidecars: Mapping[str, Sidecar] = {TABLE: SIDECAR}

    def told(suite: Suite) -> list[str]:
        return list(faults(session, replace(project, suites={TABLE: suite}), sidecars))

    assert told(_suite("expect_column_values_to_be_unique", column="a")) == []
    (unknown,) = told(_suite("expect_magic"))
    assert "'expect_magic' is not an expectation of Great Expectations" in unknown
    (unsupported,) = told(_suite("expect_column_values_to_match_strftime_format", column="b", strftime_format="%Y"))
    assert "seeds/expectations/raw.t.yml: expect_column_values_to_match_strftime_format: " in unsupported


def test_every_expectation_of_the_repository_can_be_evaluated(session: DuckDBSession, project: Project) -> None:
    assert list(faults(session, project, {n: t.sidecar for n, t in load_catalogue(project).items()})) == []


def test_no_text_that_is_observed_is_told_whatever_its_columns_class(session: DuckDBSession, project: Project) -> None:
    suite = _suite("expect_column_most_common_value_to_be_in_set", column="b", value_set=["x"])
    result = _outcome(session, project, suite, "select 1 as a, 'ann@example.org' as b, null as email")
    assert not result.passed
    assert result.observed == "not shown, as it may tell of a person"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("born as b", {"b": "9999-99-99"}),
        ("born as source", {"source": "9999-99-99"}),
        ("other.email as segment", {"segment": "a@a.a"}),
        ("cast(phone as bigint) as a", {"a": "999999999"}),
        ("amount as amount", {"amount": "12.50"}),
        ("count(*) as n", {"n": "1"}),
        ("mine.a as a", {"a": "7"}),
    ],
)
def test_a_truth_shows_no_value_of_another_tables_columns(
    any_session: Session, project: Project, asked: str, shown: dict[str, str]
) -> None:
    others = (
        "select 'x' as k, date '1940-02-03' as born, 'ann@example.org' as email, '612345678' as phone, 12.50 as amount"
    )
    any_session.replace_table("raw.other", parse(others), unaudited)
    grouped = "" if "count" in asked else " where mine.a > 0"
    query = f"select {asked} from raw.t as mine join raw.other as other on mine.b = other.k{grouped}"
    with_truth = replace(project, truths={"told.sql": query})
    result = _outcome(
        any_session,
        with_truth,
        _suite("unexpected_rows_expectation", query="told.sql"),
        "select 7 as a, 'x' as b, null as email",
    )
    assert json.loads(result.sample or "") == [shown]
    assert result.observed == "1 rows"


def test_a_truth_may_ask_which_consents_there_are(session: DuckDBSession, project: Project) -> None:
    query = "select channel, purpose from consent_pairs anti join raw.t as mine on mine.b = consent_pairs.purpose"
    with_truth = replace(project, truths={"asked.sql": query})
    result = _outcome(
        session,
        with_truth,
        _suite("unexpected_rows_expectation", query="asked.sql"),
        "select 7 as a, 'newsletter' as b, null as email",
    )
    pairs = [pair for channel, found in project.consent.pairs.items() for pair in found]
    assert result.unexpected_count == len([purpose for purpose in pairs if purpose != "newsletter"])


def test_rows_that_stand_twice_are_shown_masked(session: DuckDBSession, project: Project) -> None:
    session.replace_table(TABLE, parse("select 1 as a, 'k9' as b, 'x@y.z' as email from range(2)"), unaudited)
    suite = _suite("expect_compound_columns_to_be_unique", column_list=["a", "b"])
    (found,) = run_suite(session, TABLE, TABLE, suite, project, SIDECAR)
    assert not found.passed
    assert found.sample is not None
    assert json.loads(found.sample) == [{"a": "1", "b": "a9", "email": "a@a.a"}] * 2
