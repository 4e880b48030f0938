"""Running one table's suite: from configuration to results that decide whether the table goes live.

What belongs here: severities and what they stop. What does not: how Great Expectations reaches the
engine (`checks.gx_duckdb`).
"""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from cdp_pipeline.checks.samples import NO_TEXT, PLACES, masked_sample
from cdp_pipeline.config.expectations import Expectation, Suite
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, literal, no_rows, rows_select, sql_of
from cdp_pipeline.domain.expressions import table as table_ref
from cdp_pipeline.resources.warehouse import Session, unaudited
from cdp_pipeline.sql.files import over
from cdp_pipeline.sql.lineage import parse

OWN, BATCH = "validated_table", "{batch}"
DOUBLES = "expect_compound_columns_to_be_unique"
COUNTING = (
    "expect_column_unique_value_count_to_be_between",
    "expect_column_proportion_of_unique_values_to_be_between",
    "expect_column_proportion_of_non_null_values_to_be_between",
    "expect_column_to_exist",
)
"""What they observe is a number of values, never a value."""
PAIRS = "consent_pairs"
"""What a truth may read beside the tables: (channel, purpose), of `seeds/consent.yml`."""


@dataclass(frozen=True)
class CheckResult:
    """What one expectation found; nothing in it tells of a person.

    `rows` were looked at and `unexpected_count` of them failed, where it looks at rows; `sample` has a few of
    these, masked, as JSON, and `query` finds them; `error` says why it could not be evaluated; `columns` are
    those at fault, where they are others than the expectation's.
    """

    expectation: Expectation
    passed: bool
    observed: str
    unexpected_count: int | None = None
    error: str | None = None
    rows: int | None = None
    sample: str | None = None
    query: str | None = None
    columns: tuple[str, ...] | None = None

    @property
    def blocks(self) -> bool:
        """Whether the table must not go live."""
        return not self.passed and self.expectation.severity == "block"

    @property
    def share(self) -> float | None:
        """Share of the rows that failed (0 to 1)."""
        return self.unexpected_count / self.rows if self.rows and self.unexpected_count is not None else None


def faults(session: Session, project: Project, sidecars: Mapping[str, Sidecar]) -> Iterator[str]:
    """Expectations that Great Expectations does not know, can't evaluate here, or whose arguments it refuses.

    Each suite is run on its table without a row, in a warehouse that holds nothing else.
    """
    for name, sidecar in sidecars.items():
        session.replace_table(name, no_rows(sidecar.types), unaudited)
    for name, suite in project.suites.items():
        for result in run_suite(session, name, name, suite, project, sidecars[name], is_empty=True):
            if result.error:
                asked = result.expectation
                what = f"{asked.query or asked.expectation}: " * (asked.expectation not in result.error)
                yield f"{project.seeds / 'expectations' / name}.yml: {what}{result.error.splitlines()[0]}"


def run_suite(
    session: Session,
    stands: str,
    table: str,
    suite: Suite,
    project: Project,
    sidecar: Sidecar,
    *,
    is_empty: bool = False,
) -> list[CheckResult]:
    """Validate `table`, as it `stands` (already committed under that name), against its suite, in order.

    Errors are told in full where the warehouse `is_empty`: there is no value that they could quote.
    """
    asked = [(each.expectation, gx_arguments(each, project, table)) for each in suite.expectations]
    shown = [name for name in (*sidecar.key, *PLACES) if name in sidecar.columns]
    engine = importlib.import_module(f"cdp_pipeline.checks.gx_{session.engine}")  # takes seconds
    found = engine.validate(session.sharing(), stands, asked, list(dict.fromkeys(shown)), in_full=is_empty)
    results = [_result(each, outcome, sidecar) for each, outcome in zip(suite.expectations, found, strict=True)]
    return [_with_sample(session, result, stands, table, project, sidecar) for result in results]


def truth_query(project: Project, expectation: Expectation) -> exp.Expr | None:
    """The SELECT that a truth across tables names; None for any other expectation."""
    return None if expectation.query is None else parse(project.truths[expectation.query])


def gx_arguments(expectation: Expectation, project: Project, table: str) -> dict[str, Any]:
    """Arguments for Great Expectations, which puts the table that it validates in the place of `{batch}`."""
    query = truth_query(project, expectation)
    if query is None:
        return dict(expectation.arguments)
    assert isinstance(query, exp.Query)
    if any(found.name == PAIRS for found in query.find_all(exp.Table)):
        pairs = [(channel, purpose) for channel, found in project.consent.pairs.items() for purpose in found]
        query = over(query, **{PAIRS: rows_select({"channel": "varchar", "purpose": "varchar"}, pairs)})
    for found in list(query.find_all(exp.Table)):
        if f"{found.db}.{found.name}" == table:
            found.replace(exp.alias_(exp.to_table(OWN), found.alias or found.name, table=True))
    return {"unexpected_rows_query": sql_of(query).replace("{", "{{").replace("}", "}}").replace(OWN, BATCH)}


def query_of(told: str, stands: str) -> str:
    """A query as Great Expectations was told it, of the table as it `stands`."""
    return told.replace(BATCH, sql_of(table_ref(stands))).replace("{{", "{").replace("}}", "}")


def _result(expectation: Expectation, found: dict[str, Any], sidecar: Sidecar) -> CheckResult:
    return CheckResult(
        expectation=expectation,
        passed=found["success"],
        observed=_observed(found, expectation, sidecar),
        unexpected_count=found["unexpected_count"],
        error=found["error"],
        rows=found["rows"],
        query=found["query"],
    )


def _observed(found: Mapping[str, Any], expectation: Expectation, sidecar: Sidecar) -> str:
    """What was observed as text; of columns that may tell of a person, counts and shares of rows alone."""
    value = found["observed"]
    if found["error"] is not None:
        return str(found["error"])
    if found["rows"] is not None:
        return f"{value:.4g} % failed" if value else "none failed"
    if expectation.query is not None:
        return f"{value:,} rows"
    columns = [sidecar.columns[name] for name in expectation.columns if name in sidecar.columns]
    if not all(column.privacy == "none" and column.type.startswith(NO_TEXT) for column in columns):
        return str(value) if expectation.expectation in COUNTING else "not shown, as it may tell of a person"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _doubled(table: str, columns: Sequence[str]) -> exp.Select:
    """Rows whose columns stand several times; the query of Great Expectations joins two tables of the same names."""
    number = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[column(name) for name in columns])
    return exp.select("*").from_(table_ref(table)).qualify(exp.GT(this=number, expression=literal(1)))


def _with_sample(
    session: Session, result: CheckResult, stands: str, table: str, project: Project, sidecar: Sidecar
) -> CheckResult:
    if not (result.query and result.unexpected_count) or result.passed:
        return replace(result, query=None)
    query = query_of(result.query, stands)
    if result.expectation.expectation == DOUBLES:
        query = sql_of(_doubled(stands, result.expectation.columns))
    sample = masked_sample(session, query, sidecar, project.quality.sample_rows, stands)
    query = query.replace(stands.rpartition(".")[2], table.rpartition(".")[2])
    return replace(result, sample=sample, query=query)
