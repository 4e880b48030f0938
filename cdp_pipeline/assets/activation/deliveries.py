"""`activation.deliveries`: what was delivered to each destination, and the delivering itself.

A delivery is prepared (its files written aside, its rows put into `activation.outbox`), recorded, sent, and ended in
one step that brings `activation.delivery_members` up to date. A run that is killed leaves it undone, prepared or
done; the next run goes on with what is prepared, unless somebody in it may no longer be told: then the rest is
abandoned, and what the partner may have got of it is told again by the next delivery.
A destination that fails does not hold up the others, and is tried again by the next run. Only the newest day goes out.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.activation.audiences import REASONS
from cdp_pipeline.assets.activation.outbox import (
    Delta,
    of_destination,
    release,
    rows_of,
    schemas,
    stage_delta,
    stage_wanted,
    write_files,
)
from cdp_pipeline.assets.activation.people import stage_published_ids, stage_reach
from cdp_pipeline.assets.sidecars import packaged_sidecar
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.destinations import Destination, Remote, Webhook
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.domain.expressions import column, literal, named, no_rows, text
from cdp_pipeline.domain.masking import without_values
from cdp_pipeline.privacy.pseudonyms import pseudonym_key
from cdp_pipeline.resources.landing import digest
from cdp_pipeline.resources.manifests import MANIFEST, PENDING, files_of, is_whole, write_manifest
from cdp_pipeline.resources.targets import DeliveryFailed, acknowledged, discard, put_in_place, send
from cdp_pipeline.resources.warehouse import Session, unaudited
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
DELIVERIES, OUTBOX, MEMBERS = "activation.deliveries", "activation.outbox", "activation.delivery_members"
REMOVALS = "activation.removals"
EVERYTHING = 2**31
"""More batches than a delivery has."""
TAKEN = Expectation(
    expectation="expect_partners_to_take_their_deliveries",
    severity="warn",
    dimension="timeliness",
    sentence="Every partner took what was delivered; what it did not take is sent again by the next run.",
)
CHECKS = (TAKEN,)


def build(run: TableRun) -> None:
    """Go on with what is prepared, prepare what has changed, and send it."""
    asked = [d for name, d in sorted(run.project.destinations.items()) if name in (run.destinations or (name,))]
    make_state(run.session)
    run.session.stage("audience", exp.select("*").from_("activation.audiences"))
    stage_reach(run.session, run.project)
    stage_published_ids(run.session, pseudonym_key(run.settings))
    waiting = {str(row[1]): _Waiting(str(row[0]), *row[2:]) for row in run.session.rows(QUERIES["unfinished"])}
    _discard_unrecorded(run, waiting)
    rows: list[tuple[Any, ...]] = []
    prepared: list[tuple[Destination, str]] = []
    failed: dict[str, str] = {}
    for destination in asked:
        with _alone(destination, failed):
            _require_same_shape(run, destination)
            stage_wanted(run.session, destination, run.as_of)
            if destination.name in waiting:
                _go_on(run, destination, waiting[destination.name])
            row, delivery_id = _prepare(run, destination)
            rows += [row] if row else []
            prepared += [(destination, delivery_id)] if delivery_id else []
    run.session.stage_rows("delivered", run.table.sidecar.types, rows)
    run.write_rows(exp.select("*").from_("delivered"), exp.false())
    for destination, delivery_id in prepared:
        with _alone(destination, failed):
            _deliver(run, destination, delivery_id)
    problems = [f"{name}: {why}" for name, why in failed.items()] + list(_forgotten(run))
    run.judge(TAKEN, not problems, "; ".join(problems) or "all did")
    run.metadata["delivered"] = ", ".join(i for d, i in prepared if d.name not in failed) or "nothing"
    run.metadata["rows"] = run.rows


@dataclass(frozen=True)
class _Waiting:
    """A delivery that was prepared and not ended: its id, its manifest's digest, and the shape that it has."""

    delivery_id: str
    sha256: str
    shape: str


@contextmanager
def _alone(destination: Destination, failed: dict[str, str]) -> Iterator[None]:
    """Whatever one destination fails of is told, and holds up no other."""
    try:
        yield
    except DeliveryFailed as why:
        failed[destination.name] = str(why)
    except Exception as error:  # noqa: BLE001 - messages of libraries may hold values
        failed[destination.name] = f"it can't be delivered ({type(error).__name__}): {without_values(str(error))}"


def _require_same_shape(run: TableRun, destination: Destination) -> None:
    """Raise DeliveryFailed where the partner was told in another shape: it would not know whom to take back."""
    shape = destination.shape
    others = exp.NEQ(this=column("shape"), expression=text(shape))
    held = run.session.rows(rows_of(destination, QUERIES["held_in_another_shape"]).where(others))[0][0]
    if held:
        raise DeliveryFailed(
            f"its format, keys, list or target changed while the partner holds {held:,} profiles as they were; give the "
            "new one another name, and put is_withdrawn: true into the old one until they are taken back"
        )


def _forgotten(run: TableRun) -> Iterator[str]:
    """Partners that hold people, and whose destination is no longer configured: nobody takes these back."""
    for name, held in run.session.rows(QUERIES["held_by_all"]):
        if name not in run.project.destinations:
            yield (
                f"{name} is no longer configured, and its partner holds {held:,} profiles; "
                f"put seeds/destinations/{name}.yml back with is_withdrawn: true until they are taken back"
            )


def outcomes(session: Session, destination: Destination) -> dict[str, int]:
    """How many candidates may be delivered (`eligible`), and how many are refused for which reason."""
    found = session.rows(rows_of(destination, QUERIES["counts"]).group_by("outcome"))
    return {str(outcome): int(number) for outcome, number in found}


def _types(name: str) -> dict[str, str]:
    return packaged_sidecar(Path(__file__).with_name(f"{name.partition('.')[2]}.yml")).types


def make_state(session: Session) -> None:
    """The tables that deliveries go on from, where no run made them yet."""
    for name in (DELIVERIES, OUTBOX, MEMBERS, REMOVALS):
        if list(session.columns(name)) != list(_types(name)):
            session.replace_table(name, no_rows(_types(name)), unaudited)


def _discard_unrecorded(run: TableRun, waiting: Mapping[str, _Waiting]) -> None:
    """Rows and files of deliveries that a run did not get to record: nobody was sent them."""
    listed = (
        exp.In(this=column("destination"), expressions=[text(name) for name in waiting]) if waiting else exp.false()
    )
    run.session.delete(OUTBOX, exp.not_(listed))
    known = {one.delivery_id for one in waiting.values()}
    for folder in (run.settings.exports / PENDING).glob("*/*"):
        if str(folder.relative_to(run.settings.exports / PENDING)) not in known:
            discard(folder)


def _prepare(run: TableRun, destination: Destination) -> tuple[tuple[Any, ...] | None, str | None]:
    """The row of the delivery and its id where something goes out; no row where the day has one that says as much."""
    delta = stage_delta(run.session, destination, run.as_of, is_resync=run.is_resync)
    before = run.session.rows(rows_of(destination, QUERIES["deliveries_of_day"]))[0][0]
    number = before + 1
    while (run.settings.exports / f"{destination.name}/{run.as_of}.{number}").exists():
        number += 1  # of a warehouse that was lost
    delivery_id = f"{destination.name}/{run.as_of}.{number}"
    if delta.is_nothing and before:
        return None, None
    status = "unchanged" if delta.is_large_enough else "below minimum"
    folder, checksum = None, None
    counts = outcomes(run.session, destination)
    members = int(run.session.rows(QUERIES["members_to_be"])[0][0])
    if not delta.is_nothing:
        status, folder = "prepared", delivery_id
        checksum = _write(run, delta, delivery_id, counts, members)
        run.session.append(OUTBOX, exp.select("*").from_("delta"))
    release(run.session)
    row = (
        delivery_id,
        run.as_of,
        destination.name,
        "full" if delta.is_full else "delta",
        status,
        sum(counts.values()),
        *(counts.get(reason, 0) for reason in REASONS),
        members,
        delta.added,
        delta.renewed,
        delta.removed,
        folder,
        checksum,
        delta.batches,
        None,
        run.run_id,
        destination.shape,
    )
    return row, delivery_id if folder else None


def _write(run: TableRun, delta: Delta, delivery_id: str, counts: Mapping[str, int], members: int) -> str:
    """Write the files and their manifest aside; returns the manifest's digest."""
    folder = run.settings.exports / PENDING / delivery_id
    discard(folder)
    folder.mkdir(parents=True, mode=0o700)
    files = write_files(run.session, delta, folder)
    told: dict[str, Any] = {
        "delivery": delivery_id,
        "destination": delta.destination.name,
        "format": delta.destination.format,
        "channel": delta.destination.channel,
        "purposes": list(delta.destination.purposes),
        "as_of_day": run.as_of.isoformat(),
        "run_id": run.run_id,
        "sync": "full" if delta.is_full else "delta",
        "counts": {
            "candidates": sum(counts.values()),
            "eligible": delta.wanted,
            "refused": {reason: counts.get(reason, 0) for reason in REASONS},
            "added": delta.added,
            "renewed": delta.renewed,
            "removed": delta.removed,
            "held_before": delta.held,
            "held": members,
        },
    }
    told["schema"] = schemas(run.session, delta, files)
    return write_manifest(folder, told, files)


def _go_on(run: TableRun, destination: Destination, waiting: _Waiting) -> None:
    """End a delivery that an earlier run left; raises DeliveryFailed where it fails again."""
    pending, final = _folders(run, waiting.delivery_id)
    if (final / MANIFEST).exists() and digest(final / MANIFEST) == waiting.sha256:
        _end(run, destination, waiting.delivery_id)
        return
    if waiting.shape != destination.shape:
        raise DeliveryFailed("its format, keys, list or target changed while a delivery waits; put the old ones back")
    certain, attempted = _sent(destination, pending)
    sent = {"destination": text(destination.name), "certain": literal(certain), "attempted": literal(attempted)}
    run.session.stage("sent", exp.select(*(named(value, name) for name, value in sent.items())))
    may_go_on = pending.exists() and is_whole(pending) and not run.session.rows(QUERIES["outdated"])[0][0]
    if may_go_on:
        _deliver(run, destination, waiting.delivery_id)
    else:
        _abandon(run, destination, waiting.delivery_id)
        discard(pending)


def _sent(destination: Destination, pending: Path) -> tuple[int, int]:
    """Batches that the partner has for certain, and those that it may have."""
    done = acknowledged(pending) if pending.exists() else 0
    if isinstance(destination.target, Webhook):
        return done, done + 1
    return (0, EVERYTHING) if isinstance(destination.target, Remote) else (0, 0)


def _deliver(run: TableRun, destination: Destination, delivery_id: str) -> None:
    """Send a prepared delivery and end it; raises DeliveryFailed, once that is recorded."""
    pending, final = _folders(run, delivery_id)
    try:
        send(destination, delivery_id, pending, files_of(pending))
    except DeliveryFailed as why:
        _set(run, delivery_id, "failed", str(why))
        raise
    put_in_place(pending, final)
    _end(run, destination, delivery_id)


def _folders(run: TableRun, delivery_id: str) -> tuple[Path, Path]:
    """Where a delivery waits, and where it lies once it is delivered."""
    return run.settings.exports / PENDING / delivery_id, run.settings.exports / delivery_id


def _end(run: TableRun, destination: Destination, delivery_id: str) -> None:
    """The partner holds it: members, outbox, removals and the delivery's status change in one step."""
    _stage_ended(run, destination, delivery_id, "told", "members_now")
    run.session.stage("removed_now", QUERIES["removals_done"])
    with run.session.in_one_step():
        _keep_removals(run)
        _close(run, destination, delivery_id, "delivered", None)


def _abandon(run: TableRun, destination: Destination, delivery_id: str) -> None:
    """What was acknowledged is held; of the batch after it nobody can tell, so it counts as uncertain."""
    _stage_ended(run, destination, delivery_id, "told_in_part", "members_in_part")
    _close(run, destination, delivery_id, "abandoned", "somebody in it may no longer be told, or its files are gone")


def _stage_ended(run: TableRun, destination: Destination, delivery_id: str, told: str, members: str) -> None:
    """`told`, who was in the delivery, and `members_then`, what the partner holds of them."""
    ended = exp.select(named(text(destination.name), "destination"), named(text(delivery_id), "delivery_id"))
    run.session.stage("ended", ended)
    run.session.stage("told", QUERIES[told])
    run.session.stage("members_then", QUERIES[members])


def _close(run: TableRun, destination: Destination, delivery_id: str, status: str, error: str | None) -> None:
    """Members, outbox and the delivery's status change in one step."""
    with run.session.in_one_step():
        _replace_members(run, destination)
        run.session.delete(OUTBOX, of_destination(destination))
        _set(run, delivery_id, status, error)


def _replace_members(run: TableRun, destination: Destination) -> None:
    """Of those who were told the new state; the others stay."""
    told = exp.In(this=column("profile_id"), query=exp.select("profile_id").from_("told").subquery())
    run.session.delete(MEMBERS, exp.and_(of_destination(destination), told))
    run.session.append(MEMBERS, exp.select("*").from_("members_then"))


def _keep_removals(run: TableRun) -> None:
    """Of removals that went out, by what the partner knew the person is not kept."""
    mine = exp.In(
        this=exp.Tuple(expressions=[column("request_id"), column("number")]),
        query=exp.select("request_id", "number").from_("removed_now").subquery(),
    )
    run.session.delete(REMOVALS, mine)
    run.session.append(REMOVALS, exp.select("*").from_("removed_now"))


def _set(run: TableRun, delivery_id: str, status: str, error: str | None) -> None:
    """A delivery's new status."""
    mine = exp.EQ(this=column("delivery_id"), expression=text(delivery_id))
    changed = {"status": text(status), "error": literal(error) if error else exp.cast(exp.null(), "varchar")}
    row = exp.select(*(named(changed.get(name, column(name)), name) for name in _types(DELIVERIES)))
    run.session.replace_slice(DELIVERIES, row.from_(DELIVERIES).where(mine.copy()), mine, unaudited)
