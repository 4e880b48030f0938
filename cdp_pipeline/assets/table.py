"""What a table of the pipeline is, before Dagster: its sidecar, what it reads, and how it is built.

What belongs here: `TableAsset`, and `TableRun`, all that a builder may use. What does not: finding the
tables (`assets.catalogue`) and making Dagster assets of them (`assets.factory`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlglot import exp

from cdp_pipeline.checks.suites import CheckResult, run_suite
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import array, column, literal, named, no_rows, parts_of, table
from cdp_pipeline.resources.landing import LandingZone
from cdp_pipeline.resources.warehouse import Also, Rows, Session, WarehouseError, nothing_else
from cdp_pipeline.settings import Settings


def stage_days(session: Session, days: tuple[date, ...]) -> None:
    """`run_days`: a row a day that a table is made for."""
    session.stage("run_days", exp.select(named(exp.func("unnest", array(days)), "day")))


def stage_parts(session: Session, query: exp.Query) -> exp.Query:
    """Stage what a query is made of (its CTEs), each once, and return what is left to ask."""
    parts, rest = parts_of(query)
    for name, part in parts.items():
        session.stage(name, part)
    return rest


class AuditFailed(Exception):
    """A blocking expectation failed: the new rows were thrown away, the standing table stays."""


@dataclass
class TableRun:
    """One materialisation of a table.

    `days` are those it brings up to date, `run_id` is Dagster's. `asked_days`, where they are given, are the
    run's own (one, or a range): `days` may go on to later ones. A run may be asked for some `destinations` alone,
    and to deliver them whole (`is_resync`). Builders call `write` once; what they put into `metadata` shows in the UI.
    """

    table: "TableAsset"
    session: Session
    project: Project
    settings: Settings
    days: tuple[date, ...]
    run_id: str
    asked_days: tuple[date, ...] = ()
    destinations: tuple[str, ...] = ()
    is_resync: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)
    checks: list[CheckResult] = field(default_factory=list)
    query: exp.Expr | None = None
    rows: int = 0
    extra_columns: bool = False

    @property
    def as_of(self) -> date:
        """The day that the run brings the tables up to: its last."""
        return self.days[-1]

    @property
    def landing(self) -> LandingZone:
        """The landing zone of the deployment."""
        return LandingZone(self.settings.landing)

    def write(self, query: exp.Expr, held: Sequence[date] = (), also: Also = nothing_else) -> None:
        """Put the query's rows into the table: the run's days (but those `held`) where it is partitioned, else all.

        What `also` changes takes effect with it, or not at all.
        """
        self.query = query
        self._write(query, held, also)

    def _write(self, query: Rows, held: Sequence[date] = (), also: Also = nothing_else) -> None:
        partition = self.table.sidecar.partition
        if partition is None:
            self.rows = self.session.replace_table(self.table.full_name, query, self._audit, also)
        else:
            where = self._slice(partition, held)
            self.rows = self.session.replace_slice(self.table.full_name, query, where, self._audit, also)

    def write_by_day(self, query: exp.Expr) -> None:
        """As `write`, with the query run for one day of `run_days` after another: no day needs another's memory."""
        if len(self.days) == 1:
            self.write(query)
        else:
            self.write_each_day(lambda day: [query])
            self.query = query

    def write_each_day(self, parts: Callable[[date], Iterable[exp.Expr]]) -> None:
        """Put the rows of each day's queries into the table; `run_days` holds the day while `parts` stages what they read."""

        def queries() -> Iterator[exp.Expr]:
            """The query of each part, once the ones before it are answered."""
            yield no_rows(self.table.sidecar.types)
            for day in self.days:
                stage_days(self.session, (day,))
                yield from parts(day)
            stage_days(self.session, self.days)

        self._write(queries())

    def write_rows(self, query: exp.Expr, where: exp.Expr, also: Also = nothing_else) -> None:
        """Put the query's rows in the place of those that fulfil `where`; the others stay."""
        self.query = query
        self.session.replace_slice(self.table.full_name, query, where, self._audit, also)
        self.rows = self._count()

    def keep_where(self, condition: exp.Expr) -> None:
        """Of a table that others wrote, keep the rows of the run's days that fulfil the condition."""
        days = exp.In(
            this=column(str(self.table.sidecar.partition)), query=exp.select("day").from_("run_days").subquery()
        )
        mine = exp.select(*(column(name) for name in self.table.sidecar.columns)).from_(table(self.table.full_name))
        self.write(mine.where(days, condition))

    def keep(self) -> None:
        """Leave the table as it stands; its suite tells of what stands."""
        self._validate(self.table.full_name)
        self.rows = self._count()

    def _count(self) -> int:
        return int(self.session.rows(exp.select("count(*)").from_(table(self.table.full_name)))[0][0])

    def _validate(self, name: str) -> list[CheckResult]:
        suite = self.project.suites.get(self.table.full_name)
        if suite is None:
            return []
        found = run_suite(self.session, name, self.table.full_name, suite, self.project, self.table.sidecar)
        self.checks.extend(found)
        return found

    def judge(self, expectation: Expectation, passed: bool, observed: str) -> None:
        """Record the outcome of a check that the builder makes itself (one of the table's `checks`)."""
        self.checks.append(CheckResult(expectation, passed, observed))

    def _slice(self, partition: str, held: Sequence[date]) -> exp.Expr:
        """Rows of the run's days, and rows of no day (from sources that deliver a current state)."""
        inside: exp.Expr = exp.Between(this=column(partition), low=literal(self.days[0]), high=literal(self.days[-1]))
        if held:
            kept = exp.In(this=column(partition), expressions=[literal(day) for day in held])
            inside = exp.and_(inside, exp.not_(kept))
        return exp.or_(inside, column(partition).is_(exp.null()))

    def _audit(self, building: str) -> None:
        columns, declared = list(self.session.columns(building)), list(self.table.sidecar.columns)
        if columns != declared and not (self.extra_columns and columns[: len(declared)] == declared):
            raise WarehouseError(
                f"{self.table.full_name}: the columns {columns} differ from its sidecar's {declared}; "
                f"correct {self.table.path} or the sidecar beside it"
            )
        found = self._validate(building)
        failed = [check.expectation.sentence for check in found if check.blocks]
        if failed:
            raise AuditFailed(
                f"{self.table.full_name}: {len(failed)} blocking expectation(s) failed: {' '.join(failed)} "
                "The table stays as it was; correct the data or the suite, then run the day again"
            )


Builder = Callable[[TableRun], None]


@dataclass(frozen=True)
class TableAsset:
    """A table: where it is defined, what it reads and how it is built.

    `query` is there where a single SELECT makes it, for column lineage; `checks` are those that the
    builder makes itself, beside the suite.
    """

    layer: str
    name: str
    path: Path
    sidecar: Sidecar
    reads: frozenset[str]
    build: Builder
    query: exp.Expr | None = None
    checks: tuple[Expectation, ...] = ()

    @property
    def full_name(self) -> str:
        """`layer.table`."""
        return f"{self.layer}.{self.name}"
