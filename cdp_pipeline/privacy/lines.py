"""The lines of delivered files that are a person's, among those of all days that `raw` keeps.

What belongs here: finding them by ids, by keys, and by contact points that nobody else holds. What does
not: who the person is (`privacy.people`), and what is done with the lines.

Temporary tables: `person_lines` (name, _extract_date, _file, _line), `own_points` (kind, delivered, canonical:
contact points that are the person's alone), `person_values` (value: these in small letters, in either form)
and `person_texts` (value: whatever stood in the lines).
"""

from collections.abc import Mapping

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.config.sources import LINE_COLUMNS, Source, Table
from cdp_pipeline.domain.expressions import column, named, row_of, table, text, union_all, within
from cdp_pipeline.domain.person import among, source_contact_points, source_ids, source_rows_condition
from cdp_pipeline.domain.staging import typed_select
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def stage_lines(
    session: Session, project: Project, sidecars: Mapping[str, Sidecar], asked: list[tuple[str, str]]
) -> None:
    """Stage the lines and values of the staged people, and of the contact points (kind, canonical value) `asked`."""
    session.stage_rows("person_lines", {"name": "varchar", **_LINE_TYPES}, [])
    session.stage_rows("line_values", dict.fromkeys(("kind", "delivered", "canonical"), "varchar"), [])
    session.stage_rows("person_texts", {"value": "varchar"}, [])
    session.stage_rows("asked_values", dict.fromkeys(("kind", "value"), "varchar"), asked)
    delivered = [parts for parts in project.tables() if session.columns(f"raw.{parts[0]}")]
    for name, source, definition in delivered:
        session.stage("found_lines", _lines_by_id(session, project, sidecars, name, source))
        _collect(session, project, sidecars, name, source, definition)
    session.stage_rows("told_by_others", {"value": "varchar"}, [])
    _stage_points(session, "own_points")
    for name, source, definition in delivered:
        session.stage("held_lines", _lines_by_value(name, definition))
        session.stage("of_others", _of_others(session, project, sidecars, name, source))
        session.stage("found_lines", _held(name))
        session.append("told_by_others", _told_by_others(definition))
        _note(session, name, definition)
    _stage_points(session, "points_of_nobody_else")


def _stage_points(session: Session, own_points: str) -> None:
    session.stage("own_points", QUERIES[own_points])
    for staged in ("person_values", "shared_points"):
        session.stage(staged, QUERIES[staged])


def over_lines(query: exp.Select, name: str, lines: str, known: str = "staging.parsed_values") -> exp.Select:
    """A query of `raw.<name>` and the parsed values, over other tables in their place."""
    changed = query.copy()
    for found in list(changed.find_all(exp.Table)):
        if (found.db, found.name) == ("raw", name):
            found.replace(exp.alias_(table(lines), found.alias or name, table=True))
        elif (found.db, found.name) == ("staging", "parsed_values"):
            found.replace(exp.alias_(table(known), found.alias, table=True))
    return changed


def stage_typed(
    session: Session, project: Project, name: str, definition: Table, lines: str, known: str = "staging.parsed_values"
) -> None:
    """`typed_lines`: the staged lines of `raw.<name>`, typed as staging types them, by the parsed values that are `known`."""
    session.stage("typed_days", exp.select(named(column("_extract_date"), "day")).distinct().from_(lines))
    typed = typed_select(name, definition, project.deployment)
    session.stage("typed_lines", over_lines(typed, name, lines, known))


def _lines_by_id(
    session: Session, project: Project, sidecars: Mapping[str, Sidecar], name: str, source: Source
) -> exp.Select:
    """Lines that name the person's ids, are staged as a row of theirs, or have such a row's key on another day."""
    plain = source.plain_name(name)
    definition = source.tables[plain]
    ids = source_ids(project, sidecars, source, plain)
    found = [among(id_name, value) for id_name, value, is_computed in ids if not is_computed]
    staged = source_rows_condition(project, sidecars, source, plain)
    if staged is not None and session.columns(f"staging.{name}"):
        place = exp.select(*map(column, LINE_COLUMNS)).from_(table(f"staging.{name}")).where(staged)
        exact = within(row_of(LINE_COLUMNS), place)
        found.append(exact)
        if definition.key:
            keys = exp.select(*map(column, definition.key)).from_(table(f"raw.{name}")).where(exact.copy())
            found.append(within(row_of(definition.key), keys))
    return exp.select("*").from_(table(f"raw.{name}")).where(exp.or_(exp.false(), *found))


def _collect(
    session: Session,
    project: Project,
    sidecars: Mapping[str, Sidecar],
    name: str,
    source: Source,
    definition: Table,
) -> None:
    """Note the lines, and their contact points as delivered and in canonical form."""
    _note(session, name, definition)
    stage_typed(session, project, name, definition, "found_lines")
    same = [exp.EQ(this=column(part, "found_lines"), expression=column(part, "typed_lines")) for part in LINE_COLUMNS]
    for kind, value in source_contact_points(project, sidecars, source, source.plain_name(name)):
        told = exp.select(named(kind, "kind"), named(value, "canonical")).from_("typed_lines")
        if isinstance(value, exp.Column):
            delivered, canonical = (column(value.name, part) for part in ("found_lines", "typed_lines"))
            told = exp.select(named(kind, "kind"), named(delivered, "delivered"), named(canonical, "canonical"))
            told = told.from_("typed_lines").join("found_lines", on=exp.and_(*same))
        session.append("line_values", told)


def _note(session: Session, name: str, definition: Table) -> None:
    session.append(
        "person_lines",
        exp.select(named(text(name), "name"), *map(column, LINE_COLUMNS)).distinct().from_("found_lines"),
    )
    cells = [exp.select(named(column(part), "value")).distinct().from_("found_lines") for part in definition.columns]
    session.append("person_texts", union_all(cells))


def _lines_by_value(name: str, definition: Table) -> exp.Select:
    """Lines that hold a contact point of the person alone, readable or not."""
    held = [_among_values(column(part)) for part in _telling(definition)]
    unread = exp.select("1").from_("person_values").where("tells_of(lower(_reject_text), person_values.value)")
    return exp.select("*").from_(table(f"raw.{name}")).where(exp.or_(*held, exp.Exists(this=unread)))


def _telling(definition: Table) -> list[str]:
    """Columns that tell of contact points: those of their types, else all that identify directly."""
    told = [part for part, content in definition.columns.items() if content.type in ("email", "phone")]
    return told or [
        part for part, content in definition.columns.items() if content.privacy_class == "direct_identifier"
    ]


def _of_others(
    session: Session, project: Project, sidecars: Mapping[str, Sidecar], name: str, source: Source
) -> exp.Query:
    """Places of held lines that name another person's record: they tell of this person, and are not this person's."""
    plain = source.plain_name(name)
    stage_typed(session, project, name, source.tables[plain], "held_lines")
    ids = source_ids(project, sidecars, source, plain)
    named_ids = [within(value, QUERIES["living_others"].copy()) for id_name, value, _ in ids if id_name == "record_id"]
    return exp.select(*map(column, LINE_COLUMNS)).from_("typed_lines").where(exp.or_(exp.false(), *named_ids))


def _held(name: str) -> exp.Select:
    """Held lines that are not another person's and not noted yet."""
    noted = exp.select(*map(column, LINE_COLUMNS)).from_("person_lines")
    noted = noted.where(exp.EQ(this=column("name"), expression=text(name)))
    others = exp.select("*").from_("of_others")
    return (
        exp.select("*")
        .from_("held_lines")
        .where(exp.not_(within(row_of(LINE_COLUMNS), noted)), exp.not_(within(row_of(LINE_COLUMNS), others)))
    )


def _told_by_others(definition: Table) -> exp.Query:
    """What other people's lines tell of the values."""
    of_others = within(row_of(LINE_COLUMNS), exp.select("*").from_("of_others"))
    lines = exp.select("*").from_("held_lines").where(of_others)
    values = [
        exp.select(named(exp.Lower(this=exp.Trim(this=column(part))), "value")).from_(lines.subquery("lines"))
        for part in _telling(definition)
    ]
    return union_all(values) if values else exp.select("value").from_("told_by_others").where(exp.false())


def _among_values(value: exp.Expr) -> exp.Expr:
    return within(exp.Lower(this=exp.Trim(this=value)), exp.select("value").from_("person_values"))


_LINE_TYPES = {"_extract_date": "date", "_file": "varchar", "_line": "bigint"}
