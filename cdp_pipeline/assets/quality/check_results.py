"""`quality.check_results`: what every expectation found, also of a table that was refused.

Each table records its own results, whatever becomes of it. The asset comes after all of them and keeps what
today's suites know.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.sidecars import ROOT, packaged_sidecar
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.checks.suites import CheckResult
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.expressions import column, literal, text
from cdp_pipeline.resources.warehouse import unaudited

NAME = "quality.check_results"
MADE = Expectation(
    expectation="expect_the_table_to_be_made",
    severity="block",
    dimension="validity",
    sentence="The table could be made.",
)
SIDECAR = packaged_sidecar(ROOT / "quality" / "check_results.yml")


def record(run: TableRun, checked_on: date, failure: Exception | None = None) -> None:
    """Put the run's results in the place of those that the table has of the same day.

    A failure that no check tells of is kept as one.
    """
    checks = list(run.checks)
    if failure is not None and not any(check.blocks for check in checks):
        checks.append(CheckResult(MADE, False, str(failure)))
    if not checks:
        return
    types = SIDECAR.types
    run.session.stage_rows("found", types, [_row(run, checked_on, check) for check in checks])
    mine = exp.and_(
        exp.EQ(this=column("table_name"), expression=text(run.table.full_name)),
        exp.EQ(this=column("checked_on"), expression=literal(checked_on)),
    )
    run.session.replace_slice(NAME, exp.select("*").from_("found"), mine, unaudited)


def _row(run: TableRun, checked_on: date, check: CheckResult) -> tuple[Any, ...]:
    asked = check.expectation
    columns = ", ".join(asked.columns if check.columns is None else check.columns)
    described = (checked_on, run.table.full_name, asked.name, columns, asked.severity, asked.dimension, asked.sentence)
    counted = (check.passed, check.observed, check.rows, check.unexpected_count)
    return (*described, *counted, check.sample, check.query, check.error)


def reads(project: Project) -> Iterable[str]:
    """Every table with a suite, and every delivered table, which has checks of its own."""
    delivered = {f"{layer}.{name}" for name, _, _ in project.tables() for layer in ("raw", "staging")}
    return sorted((delivered | set(project.suites)) - {NAME})


def build(run: TableRun) -> None:
    """Keep the results of the run's days whose table is still checked."""
    known = [text(name) for name in reads(run.project)]
    run.keep_where(exp.In(this=column("table_name"), expressions=known))
