"""`quality.check_results`: what every expectation found, also of a table that was refused.

Each table records its own results, whatever becomes of it. The asset comes after all of them and keeps what
today's suites know.
"""

from collections.abc import Iterable
from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.sidecars import ROOT, packaged_sidecar
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.checks.suites import CheckResult
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.expressions import column, literal, text
from cdp_pipeline.resources.warehouse import unaudited

NAME = "quality.check_results"
SIDECAR = packaged_sidecar(ROOT / "quality" / "check_results.yml")


def record(run: TableRun) -> None:
    """Put the run's results in the place of those that the table has of the same day."""
    types = {name: content.type for name, content in SIDECAR.columns.items()}
    run.session.stage_rows("found", types, [_row(run, check) for check in run.checks])
    mine = exp.and_(
        exp.EQ(this=column("table_name"), expression=text(run.table.full_name)),
        exp.EQ(this=column("checked_on"), expression=literal(run.as_of)),
    )
    run.session.replace_slice(NAME, exp.select("*").from_("found"), mine, unaudited)


def _row(run: TableRun, check: CheckResult) -> tuple[Any, ...]:
    asked = check.expectation
    columns = ", ".join(asked.columns if check.columns is None else check.columns)
    described = (run.as_of, run.table.full_name, asked.name, columns, asked.severity, asked.dimension, asked.sentence)
    counted = (check.passed, check.observed, check.rows, check.unexpected_count)
    return (*described, *counted, check.sample, check.query, check.error)


def reads(project: Project) -> Iterable[str]:
    """Every table with a suite, and every staging table, which has checks of its own."""
    delivered = {f"staging.{name}" for name, _, _ in project.tables()}
    return sorted((delivered | set(project.suites)) - {NAME})


def build(run: TableRun) -> None:
    """Keep the results of the run's days whose table is still checked."""
    known = [text(name) for name in reads(run.project)]
    run.keep_where(exp.In(this=column("table_name"), expressions=known))
