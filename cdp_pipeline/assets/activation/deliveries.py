"""`activation.deliveries`: the partners' files, and what was delivered.

Only the last day of a run goes out, and only where no newer day went before: backfilling an old day
never sends a partner an outdated audience.
"""

from datetime import date
from pathlib import Path
from shutil import rmtree
from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.config.suppressions import load_suppressions
from cdp_pipeline.domain.destinations import eligible_select, file_select
from cdp_pipeline.domain.expressions import literal
from cdp_pipeline.resources.landing import digest
from cdp_pipeline.sql.files import named_beside

PENDING = ".pending"
"""Folder of files whose table is not audited yet: no partner is sent what a check refuses."""
REASONS = ("no_consent", "no_contact", "suppressed")
QUERIES = named_beside(__file__)


def build(run: TableRun) -> None:
    """Write one file a destination and a row a destination and day."""
    rmtree(run.settings.exports / PENDING, ignore_errors=True)
    suppressions = load_suppressions(run.project.seeds)
    run.session.stage_rows("suppressions", {"kind": "varchar", "sha256": "varchar"}, suppressions)
    run.session.stage("eligible", eligible_select(run.project.destinations))
    newest = _newest_delivered(run)
    before = _delivered_before(run)
    rows = [
        _delivery(run, destination, day, newest.get(name), before.get((day, name)))
        for name, destination in sorted(run.project.destinations.items())
        for day in run.days
    ]
    types = run.table.sidecar.types
    run.session.stage_rows("delivered", types, rows)
    run.metadata["files"] = ", ".join(row[8] for row in rows if row[8]) or "none"
    run.write(exp.select("*").from_("delivered"), also=lambda: _send(run))


def _send(run: TableRun) -> None:
    """Put the files that were written aside in their places."""
    for path in sorted((run.settings.exports / PENDING).glob("*/*/*.csv")):
        place = run.settings.exports / path.relative_to(run.settings.exports / PENDING)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
    rmtree(run.settings.exports / PENDING, ignore_errors=True)


def _newest_delivered(run: TableRun) -> dict[str, date]:
    if not run.session.columns(run.table.full_name):
        return {}
    return {str(name): day for name, day in run.session.rows(QUERIES["newest_delivered"])}


def _delivered_before(run: TableRun) -> dict[tuple[date, str], tuple[Any, ...]]:
    """What went out stays on record, though its day is run again after a newer one was delivered."""
    if not run.session.columns(run.table.full_name):
        return {}
    return {(row[0], str(row[1])): row for row in run.session.rows(QUERIES["delivered_before"])}


def _delivery(
    run: TableRun, destination: Destination, day: date, newest: date | None, before: tuple[Any, ...] | None
) -> tuple[Any, ...]:
    query = QUERIES["counts"].copy()
    assert isinstance(query, exp.Select)
    found = run.session.rows(
        query.where(
            exp.EQ(this=exp.column("as_of_day"), expression=literal(day)),
            exp.EQ(this=exp.column("destination"), expression=literal(destination.name)),
        )
    )
    counts = {str(reason): int(number) for reason, number in found}
    members = counts.get("member", 0)
    status, file, checksum = "superseded", None, None
    goes_out = day == run.as_of and (newest is None or newest <= day)
    if before is not None and not goes_out:
        return before
    if goes_out:
        status = "delivered" if members >= destination.minimum_size else "below minimum"
    if status == "delivered":
        path = _write(run, destination, day)
        file, checksum = str(path.relative_to(run.settings.exports / PENDING)), digest(path)
    refused = [counts.get(reason, 0) for reason in REASONS]
    return (
        day,
        destination.name,
        status,
        sum(counts.values()),
        *refused,
        members,
        file,
        checksum,
        run.run_id,
    )


def _write(run: TableRun, destination: Destination, day: date) -> Path:
    path = run.settings.exports / PENDING / destination.name / day.isoformat() / f"{destination.name}.csv"
    run.session.export_csv(file_select(destination, literal(day)), path)
    return path
