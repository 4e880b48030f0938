"""Erasure (GDPR, article 17): a person goes from every file of the deployment, and nobody else changes.

The person's rows, by what the tables' columns name (`domain.person`); their lines in the delivered files
(`privacy.lines`); what partners' files, published tables, logs and run metadata tell of them. Hashes of
their addresses, numbers and ids stay, so that the next extract does not bring them back
(`privacy.suppression`), and a queue of what each partner must remove.

The warehouse takes its place last: an erasure that is killed is repeated as a whole. What an engine deletes may
stay in its files, so the database, or the tables' parts, are written anew.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.config.erasure_requests import COLUMNS as REQUEST_COLUMNS
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.config.sources import LINE_COLUMNS
from cdp_pipeline.config.suppressions import COLUMNS as SUPPRESSION_COLUMNS
from cdp_pipeline.domain.expressions import column, named, row_of, table, text, union_all, within
from cdp_pipeline.domain.person import KEYS, rows_condition
from cdp_pipeline.domain.standardisation import parse_email, parse_phone
from cdp_pipeline.privacy.files import ROW_FILES, Search, blot_out, drop_rows, files_below
from cdp_pipeline.privacy.former import ever_found
from cdp_pipeline.privacy.landing import empty_landing
from cdp_pipeline.privacy.lines import stage_lines
from cdp_pipeline.privacy.partners import partner_cells, partners, queue_removals, removals_of, unsend
from cdp_pipeline.privacy.people import stage_people
from cdp_pipeline.privacy.pseudonyms import keyed, pseudonym_key, public_selects
from cdp_pipeline.resources.engines import warehouse_of
from cdp_pipeline.resources.manifests import MANIFEST, restate
from cdp_pipeline.resources.publisher import publish
from cdp_pipeline.resources.warehouse import Session, require
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
POINTS = ("email", "phone")
READ = (
    "identity.identity_events",
    "identity.profile_redirects",
    "identity.device_map",
    "identity.linkage_records",
    "profile.profile_contact_points",
    "profile.timeline",
    "activation.delivery_members",
    "activation.deliveries",
    "activation.outbox",
    "quality.quarantine",
    "quality.source_audit",
)
"""Tables without which nobody can tell what is whose."""
REWRITTEN = ("quality.extracts", "quality.source_audit", "activation.deliveries")
"""Tables of everybody's that mention one person's files or values."""


@dataclass(frozen=True)
class Request:
    """One request: `kind` is email, phone or profile; `place` is where it stood."""

    kind: str
    value: str
    place: str


class UnclearRequest(ValueError):
    """A request that does not lead to one person; the message names its place and no value."""


@dataclass
class Erasure:
    """What an erasure removes, or removed: counts, and no personal data.

    `rows` by table, `lines` by delivered file, `files` are other files that tell of the person, `partners`
    the destinations that must remove them; `left` are files that still tell something when it is done.
    """

    request_id: str
    erased_on: str
    profiles: int
    records: int
    unknown: list[str]
    shared_contact_points: int
    rows: dict[str, int]
    lines: dict[str, int]
    partners: list[str]
    files: list[str] = field(default_factory=list)
    hashes: int = 0
    left: list[str] = field(default_factory=list)


def erase(
    settings: Settings,
    project: Project,
    sidecars: Mapping[str, Sidecar],
    requests: list[Request],
    *,
    dry_run: bool,
    expired: Sequence[str] = (),
) -> Erasure:
    """Erase the people of the requests together, or count what would go; sidecars are by `layer.table`.

    Of profiles whose time of keeping has `expired` only the records stay away: who comes back with a new
    one is let in. Nothing else writes to the warehouse meanwhile. Raises UnclearRequest for an address or number that
    several profiles hold, WarehouseError where no run has reached its end.
    """
    warehouse = warehouse_of(settings)
    with warehouse.session() as session:
        require(session, READ)
        _discard_spill(settings)
        unknown = _stage(session, project, sidecars, requests, expired)
        conditions = _conditions(session, project, sidecars)
        found = _counted(session, settings, project, conditions, unknown)
        if dry_run or not (found.profiles or found.lines or found.rows):
            return found
        removals = removals_of(session, found.request_id)
        session.stage("needles", QUERIES["needles"])
        values, contained = (
            [str(row[0]) for row in session.rows(query)]
            for query in (exp.select("value").from_("needles"), QUERIES["contained"])
        )
        search = Search(values, contained)
        found.hashes = _remember(session, settings, found, only_ids=bool(expired))
        empty_landing(session, settings, project, sidecars)
        found.files = _clean_files(session, settings, project, search)
        before = _sizes(session)
        with warehouse.rewriting(session, _kept(conditions, found.rows)) as successor:
            found.left = _differences(before, _sizes(successor), found.rows)
            queue_removals(successor, removals)
            published = [(name, sidecar) for name, sidecar in sidecars.items() if sidecar.published]
            group = project.consent.published.smallest_group
            public = public_selects(successor, published, pseudonym_key(settings), group)
            publish(successor, public, settings.published)
    found.left += [str(path.relative_to(settings.home)) for path in _files(settings) if search.finds(path)]
    _write_report(settings, found)
    return found


def _stage(
    session: Session,
    project: Project,
    sidecars: Mapping[str, Sidecar],
    requests: list[Request],
    expired: Sequence[str],
) -> list[str]:
    """Stage whose rows and lines go; returns the places of requests that nobody is known by."""
    country = project.deployment.default_country
    profiles, records = set(expired), set[str]()
    asked, unknown = list[tuple[str, str]](), list[str]()
    for request in requests:
        found, former = ever_found(session, project, sidecars, request.value)
        if len(found) > 1:
            raise UnclearRequest(
                f"{request.place}: {len(found)} profiles hold it; name one by its id, of {', '.join(found)}"
            )
        if request.kind != "profile":
            parsed = parse_phone(request.value, country) if request.kind == "phone" else parse_email(request.value)
            if parsed is None:
                raise UnclearRequest(
                    f"{request.place}: no {request.kind} that can be read; find the profile with `cdp show`, "
                    "and name it by its id"
                )
            asked.append((request.kind, parsed))
        profiles.update(found)
        records.update(former)
        unknown += [] if found or former else [request.place]
    stage_people(session, sorted(profiles), sorted(records))
    stage_lines(session, project, sidecars, asked)
    session.stage("person_identifiers", QUERIES["person_identifiers"])
    session.stage("person_terms", _terms(session))
    return unknown


def _terms(session: Session) -> exp.Query:
    """What linkage compares of the person's records and of nobody else's."""
    name = "identity.linkage_records"
    mine = within(column("record_no"), exp.select("record_no").from_("person_numbers"))
    found = []
    for part, kind in session.columns(name).items():
        if kind == "VARCHAR":
            own = exp.select(named(column(part), "value")).from_(table(name)).where(mine.copy())
            others = exp.select(column(part)).from_(table(name)).where(exp.not_(mine.copy()))
            found.append(exp.select("value").from_(exp.except_(own, others).subquery("own")))
    return union_all(found)


def _conditions(session: Session, project: Project, sidecars: Mapping[str, Sidecar]) -> dict[str, exp.Expr]:
    """By table, the rows that are the person's."""
    delivered = {name for name, _, _ in project.tables()}
    conditions: dict[str, exp.Expr] = {}
    for name in (name for name in session.tables() if name not in REWRITTEN):
        layer, _, plain = name.partition(".")
        columns = session.columns(name)
        if layer in ("raw", "staging") and plain in delivered:
            places = exp.select(*map(column, LINE_COLUMNS)).from_("person_lines")
            places = places.where(exp.EQ(this=column("name"), expression=text(plain)))
            conditions[name] = within(row_of(LINE_COLUMNS), places)
            continue
        found = [rows_condition(columns), *_held(name, columns, sidecars.get(name)), *_special(name)]
        given = [condition for condition in found if condition is not None]
        if given:
            conditions[name] = exp.or_(*given)
    return {name: exp.func("coalesce", condition, exp.false()) for name, condition in conditions.items()}


def _held(name: str, columns: Mapping[str, str], sidecar: Sidecar | None) -> Iterator[exp.Expr]:
    """Columns that hold a contact point of the person alone: those that identify directly, and of a table nobody knows all.

    Ids are none: rows are found by them anyway.
    """
    ids = {part for parts in KEYS.values() for part in parts}
    for part, kind in columns.items():
        known = sidecar.columns.get(part) if sidecar else None
        if kind == "VARCHAR" and part not in ids and (known is None or known.privacy == "direct_identifier"):
            value = exp.Lower(this=exp.Trim(this=column(part)))
            yield within(value, exp.select("value").from_("person_values"))


def _special(name: str) -> Iterator[exp.Expr]:
    if name == "quality.quarantine":
        yield within(row_of(("file", "line")), QUERIES["unread_of_person"].copy())
    if name == "identity.term_frequencies":
        yield within(column("value"), exp.select("value").from_("person_terms"))
    if name == "identity.shared_identifiers":
        own = exp.select("type", "value").from_("person_identifiers")
        yield within(row_of(("type", "value")), own)


def _counted(
    session: Session,
    settings: Settings,
    project: Project,
    conditions: Mapping[str, exp.Expr],
    unknown: list[str],
) -> Erasure:
    profiles, records, shared = (
        session.rows(exp.select("count(*)").from_(name))[0][0]
        for name in ("person_profiles", "person_records", "shared_points")
    )
    lines = exp.select("_file", "count(*)").from_("person_lines").group_by("_file").order_by("_file")
    today = datetime.now(project.deployment.zone).date().isoformat()
    people = session.rows(exp.select("record_id").from_("person_records").order_by("record_id"))
    values = session.rows(exp.select("value").from_("person_values").order_by("value"))
    number = sha256(f"{settings.home.name} {today} {people} {values}".encode()).hexdigest()[:12]
    return Erasure(
        request_id=f"E{number}",
        erased_on=today,
        profiles=profiles,
        records=records,
        unknown=unknown,
        shared_contact_points=shared,
        rows=_rows(session, conditions),
        lines=dict(session.rows(lines)),
        partners=partners(session),
    )


def _rows(session: Session, conditions: Mapping[str, exp.Expr]) -> dict[str, int]:
    """How many rows fulfil the conditions, of the tables that have any."""
    counted = {name: _count(session, name, condition) for name, condition in conditions.items()}
    return {name: count for name, count in counted.items() if count}


def _sizes(session: Session) -> dict[str, int]:
    return {name: _count(session, name) for name in session.tables()}


def _count(session: Session, name: str, *conditions: exp.Expr) -> int:
    asked = exp.select("count(*)").from_(table(name)).where(*(condition.copy() for condition in conditions))
    return int(session.rows(asked)[0][0])


def _differences(before: Mapping[str, int], after: Mapping[str, int], gone: Mapping[str, int]) -> list[str]:
    """Tables of the new database that hold more or fewer rows than the person's absence explains."""
    expected = {name: size - gone.get(name, 0) for name, size in before.items()}
    return [
        f"{name}: {after.get(name, 0):,} rows instead of {size:,}"
        for name, size in sorted(expected.items())
        if after.get(name) != size
    ]


def _kept(conditions: Mapping[str, exp.Expr], rows: Mapping[str, int]) -> dict[str, exp.Query]:
    """What stays of each table that has rows of the person, or mentions one."""
    kept: dict[str, exp.Query] = {name: QUERIES[name.partition(".")[2]] for name in REWRITTEN}
    return kept | {name: exp.select("*").from_(table(name)).where(exp.not_(conditions[name].copy())) for name in rows}


def _remember(session: Session, settings: Settings, found: Erasure, *, only_ids: bool) -> int:
    """Hash what must not come back; returns the number of new hashes."""
    all_hashes = [(str(kind), str(value)) for kind, value in session.rows(QUERIES["hashes"])]
    hashes = [(kind, value) for kind, value in all_hashes if not only_ids or kind not in POINTS]
    folder = settings.seeds / "privacy"
    points = [(kind, value, found.erased_on) for kind, value in hashes if kind in POINTS]
    _append(folder / "suppressions.csv", SUPPRESSION_COLUMNS, points)
    rows = [(found.request_id, found.erased_on, kind, value) for kind, value in hashes]
    return _append(folder / "erasure_requests.csv", REQUEST_COLUMNS, rows)


def _append(path: Path, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> int:
    """Add the rows that the file lacks, in one step; it is made where it is missing."""
    known = path.read_text(encoding="utf-8") if path.exists() else ",".join(columns) + "\n"
    new = [line for line in map(",".join, rows) if line not in set(known.splitlines())]
    partial = path.with_name(f".{path.name}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial.write_text("\n".join([known.removesuffix("\n"), *new, ""]), encoding="utf-8")
    partial.replace(path)
    return len(new)


def _clean_files(session: Session, settings: Settings, project: Project, search: Search) -> list[str]:
    """Exports, tables of text, run metadata, logs and pages; returns the files that told of the person.

    Pages for review show whole records, so those of the person's cases go as a whole: `cdp review` makes them anew.
    """
    _stage_published(session, pseudonym_key(settings))
    cells = {str(row[0]) for row in session.rows(QUERIES["own_cells"])} | partner_cells(session, project)
    small = {cell.lower() for cell in cells}
    changed, dropped = unsend(session, settings.exports), dict[Path, int]()
    tables = [path for path in files_below(settings.exports) if path.suffix in ROW_FILES]
    tables += [*(settings.data / "truth").rglob("*.csv"), settings.seeds / "steward" / "decisions.csv"]
    told = Search([*cells, *search.values])
    for path in sorted(path for path in tables if path.exists()):
        if told.finds(path) and (number := drop_rows(path, small)):
            changed.append(path)
            dropped[path] = number
    for path in _files(settings):
        if path.is_relative_to(settings.landing) or path in changed or _is_rewritten(path, settings):
            continue
        if search.finds(path):
            if path.is_relative_to(settings.data / "review"):
                path.unlink()
            else:
                blot_out(path, search)
            changed.append(path)
    folders = sorted({path.parent for path in dropped if (path.parent / MANIFEST).exists()})
    written = [
        (
            "/".join(folder.parts[-2:]),
            restate(folder, {path.name: n for path, n in dropped.items() if path.parent == folder}),
        )
        for folder in folders
    ]
    session.stage_rows("written_exports", {"folder": "varchar", "sha256": "varchar"}, written)
    return [str(path.relative_to(settings.home)) for path in changed]


def _stage_published(session: Session, key: str) -> None:
    """`person_published`: the ids by which readers and partners know the person."""
    session.stage_rows("pseudonym_key", {"key": "varchar"}, [(key,)])
    published = exp.select(named(keyed(column("profile_id")), "published_id")).from_("person_profiles")
    session.stage("person_published", published)


def _is_rewritten(path: Path, settings: Settings) -> bool:
    """Whether the warehouse or the published tables, which are written anew."""
    return path.is_relative_to(settings.warehouse.parent) or path.parent == settings.published


def _files(settings: Settings) -> list[Path]:
    """Every file of the deployment that may tell of somebody."""
    return files_below(settings.data, settings.seeds, settings.home / "docs" / "dictionary")


def _discard_spill(settings: Settings) -> None:
    """What DuckDB wrote beside its file in a process that was killed; the writer's lock is held."""
    shutil.rmtree(settings.warehouse.parent / "spill", ignore_errors=True)


def _write_report(settings: Settings, found: Erasure) -> None:
    path = report_path(settings, found)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(found), file, indent=2)
        file.write("\n")


def report_path(settings: Settings, found: Erasure) -> Path:
    """Where the report of an erasure lies."""
    return settings.data / "erasures" / f"{found.request_id}.json"
