"""`activation.outbox`: what prepared deliveries add and remove that partners have not acknowledged yet.

What belongs here: the difference between whom a destination may have and whom the partner holds, and the files
that tell it. What does not: sending them (`activation.deliveries`, which writes this table together with itself).
Removals come first in a delivery: of two profiles that share an address one may leave, and the other is told again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.assets.activation.people import person_select
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.destinations import Destination, Webhook
from cdp_pipeline.domain.expressions import column, joined, literal, named, null_as, text, union_all
from cdp_pipeline.domain.partners import partner_of
from cdp_pipeline.domain.partners.partner import Partner
from cdp_pipeline.resources.targets import DeliveryFailed
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
WHO, PLACE = "__profile", "__place"
"""Columns beside the partner's own, which may have any name."""
STAGED = ("person", "interests", "file_rows", "wanted", "held", "gone", "added", "delta")
UNLIMITED = 2**40
"""Rows of a file whose partner names no limit."""


@dataclass(frozen=True)
class Delta:
    """What a delivery to a destination holds; `members` is whom the partner holds once it is delivered.

    `wanted` profiles may be delivered; where they are fewer than the least audience nobody new is.
    """

    destination: Destination
    is_full: bool
    wanted: int
    held: int
    added: int
    renewed: int
    removed: int
    batches: int

    @property
    def is_large_enough(self) -> bool:
        """Whether the audience reaches its least size."""
        return self.wanted >= least_audience(self.destination)

    @property
    def is_nothing(self) -> bool:
        """Whether the partner holds what it may hold, and need not be told."""
        return not (self.added or self.removed)


def least_audience(destination: Destination) -> int:
    """The destination's least audience, or the partner's own where that is larger."""
    return max(destination.minimum_size, partner_of(destination).least_audience)


def build(run: TableRun) -> None:
    """It stands already."""
    run.keep()


def stage_wanted(session: Session, destination: Destination, as_of: date) -> None:
    """`file_rows` (the profile as `WHO`, and the partner's columns) and `wanted` (profile_id, keys, digest)."""
    partner = partner_of(destination)
    person = person_select(session, destination, as_of).subquery("person")
    columns = partner.columns(destination)
    who = named(column("profile_id", "person"), WHO)
    rows = exp.select(who, *(named(value, header) for header, value in columns.items())).from_(person)
    session.stage("file_rows", rows)
    told = [part for header in columns for part in (text(header), exp.func("coalesce", _as_text(header), text("")))]
    session.stage(
        "wanted",
        exp.select(
            named(column(WHO), "profile_id"),
            named(exp.Array(expressions=[_as_text(header) for header in partner.kept]), "keys"),
            named(exp.func("md5", joined("\x1f", text(""), *told)), "digest"),
        ).from_("file_rows"),
    )


def _as_text(header: str) -> exp.Expr:
    return exp.cast(column(header), "varchar")


def stage_delta(session: Session, destination: Destination, as_of: date, *, is_resync: bool) -> Delta:
    """`delta`, rows of the outbox, of what is staged as wanted against what the partner holds."""
    partner = partner_of(destination)
    is_whole = is_resync or partner.takes_whole or destination.sync == "full"
    is_full = is_whole and partner.can_replace
    session.stage("held", rows_of(destination, QUERIES["held"]))
    session.stage("erased", rows_of(destination, QUERIES["erased"]))
    wanted, held = session.rows(QUERIES["sizes"])[0]
    expires = partner.expires_after_days
    session.stage_rows(
        "terms",
        {
            "day": "date",
            "destination": "varchar",
            "is_whole": "boolean",
            "is_full": "boolean",
            "is_large_enough": "boolean",
            "renew_after_days": "bigint",
            "batch_rows": "bigint",
        },
        [
            (
                as_of,
                destination.name,
                is_whole,
                is_full,
                wanted >= least_audience(destination),
                max(expires - destination.renewed_before_days, 1) if expires else None,
                batch_rows(destination, partner),
            )
        ],
    )
    places = [(partner.kept.index(header) + 1,) for header in partner.finds_by]
    session.stage_rows("finding_places", {"place": "bigint"}, places)
    session.stage("gone", QUERIES["gone"])
    session.stage("added", QUERIES["added"])
    session.stage("delta", QUERIES["delta"])
    added, renewed, removed, batches = session.rows(QUERIES["counts"])[0]
    return Delta(destination, is_full, wanted, held, added, renewed, removed, batches)


def release(session: Session) -> None:
    """Give back the memory of what was staged for a destination."""
    for name in STAGED:
        session.stage(name, exp.select(named(literal(0), "released")))


def of_destination(destination: Destination) -> exp.Expr:
    """The condition that a row is the destination's."""
    return exp.EQ(this=column("destination"), expression=text(destination.name))


def rows_of(destination: Destination, query: exp.Query) -> exp.Select:
    """The query, of the destination alone."""
    assert isinstance(query, exp.Select)
    return query.where(of_destination(destination))


def batch_rows(destination: Destination, partner: Partner) -> int:
    """Rows of a file, or of a request."""
    if isinstance(destination.target, Webhook):
        return destination.target.batch_rows
    return partner.most_rows or UNLIMITED


def write_files(session: Session, delta: Delta, folder: Path) -> list[tuple[Path, str, int]]:
    """Write the delivery's files (path, action, rows), a file a batch, in the order in which they are to be read."""
    written = []
    for action, batches in file_batches(session, delta):
        for place, batch in enumerate(batches, start=1):
            number = f".{place:04}" if len(batches) > 1 else ""
            path = folder / f"{action}{number}.{delta.destination.suffix}"
            rows = session.rows(_count(action, batch))[0][0]
            session.export_private(file_select(delta, action, batch), path)
            most = partner_of(delta.destination).most_bytes
            if most is not None and path.stat().st_size > most:
                raise DeliveryFailed(f"{path.name} has {path.stat().st_size:,} bytes, and the partner takes {most:,}")
            written.append((path, action, int(rows)))
    return written


def schemas(session: Session, delta: Delta, files: Iterable[tuple[Path, str, int]]) -> dict[str, dict[str, str]]:
    """Columns and types of the files, by action."""
    found = {}
    for action in dict.fromkeys(action for _, action, _ in files):
        session.stage("schema_of_file", file_select(delta, action, 0))
        found[action] = session.columns("schema_of_file")
    return found


def file_batches(session: Session, delta: Delta) -> Iterator[tuple[str, list[int]]]:
    """The actions of a delivery in their order, each with the numbers of its batches."""
    of_action = exp.select("action", "batch").distinct().from_("delta").order_by("batch")
    found = session.rows(of_action)
    if delta.is_full:
        yield "full", [batch for action, batch in found if action == "add"] or [1]
        return
    for action in ("remove", "add"):
        batches = [batch for kind, batch in found if kind == action]
        if batches:
            yield action, batches


def _count(action: str, batch: int) -> exp.Select:
    asked = exp.select("count(*)").from_("delta")
    return asked.where(_in_batch(action, batch))


def _in_batch(action: str, batch: int) -> exp.Expr:
    kind = "remove" if action == "remove" else "add"
    return exp.and_(
        exp.EQ(this=column("action", "delta"), expression=text(kind)),
        exp.EQ(this=column("batch", "delta"), expression=literal(batch)),
    )


def file_select(delta: Delta, action: str, batch: int) -> exp.Query:
    """The rows of one file in the partner's columns: what it begins with, then people in the order of their ids."""
    destination, partner = delta.destination, partner_of(delta.destination)
    place = named(literal(1), PLACE)
    if action == "remove":
        held = exp.select(
            named(column("profile_id", "delta"), WHO),
            *(
                named(exp.Bracket(this=column("keys", "delta"), expressions=[literal(n)], offset=1), header)
                for n, header in enumerate(partner.kept, start=1)
            ),
        ).from_("delta")
        columns = partner.removed(destination)
        people = exp.select(place, column(WHO, "held"), *(named(value, header) for header, value in columns.items()))
        people = people.from_(held.where(_in_batch(action, batch)).subquery("held"))
    else:
        columns = partner.columns(destination)
        people = exp.select(place, column(WHO, "file_rows"), *(column(header, "file_rows") for header in columns))
        same = exp.EQ(this=column("profile_id", "delta"), expression=column(WHO, "file_rows"))
        people = people.from_("delta").join("file_rows", on=same)
        people = people.where(_in_batch(action, batch))
    lines = partner.lines_before(destination, action)
    parts = [
        exp.select(
            named(literal(0), PLACE),
            named(text(f"{number:04}"), WHO),
            *(named(text(line[h]) if h in line else null_as("varchar"), h) for h in columns),
        )
        for number, line in enumerate(lines)
    ]
    query = union_all([*parts, people])
    ordered = exp.select(*(column(header, "rows") for header in columns)).from_(query.subquery("rows"))
    return ordered.order_by(column(PLACE, "rows"), column(WHO, "rows"))
