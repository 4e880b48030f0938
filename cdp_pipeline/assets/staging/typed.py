"""`staging.<source>__<table>`: typed, standardised; the current state of each key, or events by day.

Each line is typed once: the rows and what is listed in `quality.quarantine` come from the same pass. A
day of which too much is refused, or a snapshot without a line, is not taken: the table keeps its last
good state, a check says so, and the other sources go on.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.assets.quality.quarantine import record
from cdp_pipeline.assets.table import AuditFailed, Builder, TableAsset, TableRun
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.quality import Quality
from cdp_pipeline.config.sources import Source, Table
from cdp_pipeline.domain.expressions import column, literal, table, text
from cdp_pipeline.domain.staging import (
    TYPED,
    accounts_select,
    checked_columns,
    quarantine_select,
    refused_select,
    shares_select,
    staging_select,
    staging_sidecar,
    typed_select,
    unread_select,
)
from cdp_pipeline.sql.lineage import tables_read

TAKEN = Expectation(
    expectation="expect_delivered_days_to_be_taken",
    severity="block",
    dimension="validity",
    sentence="No more lines of a day are refused than its limit allows, and no snapshot is empty.",
)
READ = Expectation(
    expectation="expect_values_to_be_read",
    severity="warn",
    dimension="validity",
    sentence="Of no column are more of a day's values set to null than are worth a look, as its type can't read them.",
)
ACCOUNTED = Expectation(
    expectation="expect_every_line_to_be_accounted_for",
    severity="block",
    dimension="completeness",
    sentence="Of every file: lines delivered = loaded + quarantined + repeated.",
)


def staging_table(project: Project, name: str, source: Source, definition: Table) -> TableAsset:
    """The staging table of one delivered table."""
    rows = staging_select(name, definition, known_before=False)
    query = rows.with_(TYPED, typed_select(name, definition, project.deployment))
    path = Path(f"seeds/sources/{source.source}.yml")
    reads = tables_read(query) - {f"staging.{name}"} | {"quality.extracts"}
    build = _builder(project, name, source, definition)
    sidecar = staging_sidecar(name, definition)
    return TableAsset("staging", name, path, sidecar, reads, build, query, (TAKEN, READ, ACCOUNTED))


def _builder(project: Project, name: str, source: Source, definition: Table) -> Builder:
    plain = source.plain_name(name)

    def build(run: TableRun) -> None:
        """Type the lines, list their faults, decide which days are taken, then write the rows."""
        delivered = _delivered_days(run, name, source.source, plain)
        reasons = _type_days(run, project, name, definition, delivered)
        record(run, source.source, plain, quarantine_select(name, source.source, plain, definition))
        _judge_values(run, project.quality, definition)
        accepted = [day for day in delivered if day in reasons and not reasons[day]]
        if definition.extract.load == "snapshot":
            accepted = accepted[-1:]
        _stage_days(run, "accepted_days", accepted)
        _write(run, name, definition, reasons, accepted)
        run.query = run.table.query
        accounted = [day for day in accepted if day in run.days]
        _stage_days(run, "accounted_days", accounted)
        _account(run, name, definition)
        refused = [f"{day}: {reason}" for day, reason in sorted(reasons.items()) if reason]
        run.judge(TAKEN, not refused, "; ".join(refused) or "all taken")

    return build


def _delivered_days(run: TableRun, name: str, source: str, plain: str) -> list[date]:
    """Days of which a file was delivered, in order.

    Another run may have inspected the file of a day that this run was not asked for, and not read it yet:
    such a day is that run's to stage.
    """
    asked = exp.select(column("extract_date")).distinct().from_("quality.extracts")
    _stage_days(run, "asked_days", run.asked_days or run.days)
    read = exp.select("_extract_date").from_(table(f"raw.{name}")).union(exp.select("day").from_("asked_days"))
    mine = (
        exp.EQ(this=column("source"), expression=text(source)),
        exp.EQ(this=column("source_table"), expression=text(plain)),
        exp.In(this=column("extract_date"), query=read.subquery()),
    )
    return sorted(row[0] for row in run.session.rows(asked.where(*mine)))


def _type_days(run: TableRun, project: Project, name: str, definition: Table, delivered: list[date]) -> dict[date, str]:
    """Stage the typed lines of the days that matter; why each is not taken (empty where it is).

    Of events these are the run's days, of a delta all days, of a snapshot the run's and the newest one
    that can be taken.
    """
    typed = typed_select(name, definition, project.deployment)
    limit = definition.max_quarantined
    limit = project.deployment.max_quarantined if limit is None else limit
    first = [day for day in delivered if day in run.days or definition.extract.load == "delta"]
    if definition.extract.load == "snapshot":
        first = sorted({*first, *delivered[-1:]})
    _stage_days(run, "typed_days", first)
    run.session.stage(TYPED, typed)
    reasons = _judge_days(run, name, definition, first, limit)
    for day in reversed(delivered if definition.extract.load == "snapshot" else []):
        if day not in reasons:
            _stage_days(run, "typed_days", [day])
            run.session.append(TYPED, typed)
            reasons |= _judge_days(run, name, definition, [day], limit)
        if not reasons[day]:
            break
    return reasons


def _judge_days(run: TableRun, name: str, definition: Table, days: list[date], limit: float) -> dict[date, str]:
    lines = {day: (delivered, unreadable) for day, delivered, unreadable in run.session.rows(shares_select(name))}
    refused = dict(run.session.rows(refused_select()))
    reasons = {}
    for day in days:
        delivered, unreadable = lines.get(day, (0, 0))
        bad = unreadable + refused.get(day, 0)
        reasons[day] = ""
        if bad > limit * delivered:
            reasons[day] = f"{bad} of {delivered} lines refused, more than {limit:.0%}; see quality.quarantine"
        elif definition.extract.load == "snapshot" and not delivered and _had_lines(run, name, day):
            reasons[day] = "the snapshot holds no line, which would delete every row"
    return reasons


def _judge_values(run: TableRun, quality: Quality, definition: Table) -> None:
    """Tell of columns that lose so many of their values that their type or formats are more likely wrong than the values."""
    columns = checked_columns(definition)
    counts = [int(count or 0) for count in run.session.rows(unread_select(definition))[0]] if columns else []
    lost = [
        f"{part}: {unread:,} of {read + unread:,}"
        for part, read, unread in zip(columns, counts[::2], counts[1::2], strict=True)
        if unread >= quality.fewest_unread and unread > quality.most_unread * (read + unread)
    ]
    observed = f"{'; '.join(lost)} values are no such dates, numbers or names; see quality.quarantine"
    run.judge(READ, not lost, observed if lost else "all columns are")


def _had_lines(run: TableRun, name: str, day: date) -> bool:
    """Whether an earlier snapshot had any line."""
    earlier = exp.LT(this=column("_extract_date"), expression=literal(day))
    return bool(run.session.rows(exp.select("1").from_(table(f"raw.{name}")).where(earlier).limit(1)))


def _write(run: TableRun, name: str, definition: Table, reasons: dict[date, str], accepted: list[date]) -> None:
    """Events of a day that is not taken stay as they are; so does a state of which no day can be taken."""
    held = [day for day in run.days if reasons.get(day)]
    stands = bool(run.session.columns(run.table.full_name))
    if definition.is_event:
        run.write(staging_select(name, definition, known_before=stands), held)
    elif accepted or not stands:
        run.write(staging_select(name, definition, known_before=False))
    else:
        run.keep()


def _account(run: TableRun, name: str, definition: Table) -> None:
    """Compare the counts of every file; a line that nothing accounts for is a defect, and stops the run."""
    accounts = run.session.rows(accounts_select(name, definition, repeats=False))
    if any(row[1] != sum(row[2:]) for row in accounts):
        accounts = run.session.rows(accounts_select(name, definition, repeats=True))
    open_files = [row[0] for row in accounts if row[1] != sum(row[2:])]
    totals = [sum(row[place] for row in accounts if len(row) > place) for place in range(1, 6)]
    labels = ("delivered", "unreadable", "refused", "loaded", "repeated")
    observed = ", ".join(f"{label} {total:,}" for label, total in zip(labels, totals, strict=True))
    run.judge(ACCOUNTED, not open_files, observed)
    run.metadata["lines"] = observed
    if open_files:
        raise AuditFailed(f"{run.table.full_name}: lines of {open_files} are unaccounted for ({observed})")


def _stage_days(run: TableRun, name: str, days: Iterable[date]) -> None:
    run.session.stage_rows(name, {"day": "date"}, [(day,) for day in days])
