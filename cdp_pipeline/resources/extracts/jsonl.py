"""JSON: an object a line, or a document with a list of objects; nested values arrive as their JSON text.

Numbers arrive as written. DuckDB writes some of them anew (1e5 becomes 100000.0, 12.50 becomes 12.5), so
lines with such numbers are taken apart by Python's own scanner.
"""

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
from sqlglot import exp

from cdp_pipeline.config.sources import Extract, Table
from cdp_pipeline.domain.expressions import column, literal, named, text, union_all
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.extracts.text import as_utf8
from cdp_pipeline.resources.extracts.textlines import stage_lines
from cdp_pipeline.resources.warehouse import Session

REWRITTEN = r"[:,\[]\s*(-0|-?(0\.0000|[0-9.]*([eE][+-]?[0-9]|[0-9.]{16}|\.[0-9]*0\b)))"
"""Numbers that a JSON library may write in another way."""
OF_NULLS = r'^\s*\{(\s*"([^"\\]|\\.)*"\s*:\s*null\s*,?)+\s*\}\s*$'
"""An object whose every value is null is no record, as a blank line is none: so erasure leaves them."""
BATCH = 50_000
SPACE = re.compile(r"\s*")


def header(path: Path, table: Table) -> list[str]:
    """Keys of all objects, in order of first appearance."""
    with tempfile.TemporaryDirectory(prefix="cdp_") as folder, duckdb.connect() as connection:
        scratch = Path(folder)
        session = DuckDBSession(connection, scratch)
        _stage(session, path, table, "found", scratch)
        objects = (
            exp.select(named(exp.func("json_keys", column("line")), "keys"), column("_line"))
            .from_("found")
            .where("_fault is null and json_valid(line) and json_type(line) = 'OBJECT'")
        )
        listed = exp.select(named(exp.func("unnest", column("keys")), "key"), column("_line")).from_(
            objects.subquery("o")
        )
        keyed = exp.select("key").from_(listed.subquery("listed")).group_by("key")
        found = [str(row[0]) for row in session.rows(keyed.order_by("min(_line)", "key"))]
    if "" in found:
        raise ExtractError(path, "", "an object has a key without a name", _AGAIN)
    if not found and table.extract.format == "json":
        return list(table.columns)  # a document with an empty list
    if not found:
        raise ExtractError(path, "", "no line is a JSON object", "deliver one JSON object a line")
    return found


def _stage(session: Session, path: Path, table: Table, slot: str, scratch: Path) -> None:
    plain = as_utf8(path, table.extract, scratch)
    if table.extract.format == "json":
        plain = _one_a_line(path, plain, table.extract, scratch)
    stage_lines(session, plain, slot, 0, scratch)


def lines(session: Session, path: Path, table: Table, names: list[str], slot: str, scratch: Path) -> exp.Query:
    """All objects; one that is not valid JSON, or repeats a key, is refused."""
    _stage(session, path, table, slot, scratch)
    exact = f"{slot}_exact"
    line = column("line", slot)
    fault = exp.Case(
        ifs=[
            exp.If(this=column("_fault", slot).is_(exp.null()).not_(), true=column("_fault", slot)),
            exp.If(this=exp.func("json_valid", line).not_(), true=text("not valid JSON")),
            exp.If(
                this=exp.NEQ(this=exp.func("json_type", line), expression=text("OBJECT")),
                true=text("not a JSON object"),
            ),
            exp.If(this=_repeats_a_key(line), true=text("a key stands twice")),
        ]
    )
    judged = (
        exp.select(column("line"), column("_line"), named(fault, "_reject_reason"))
        .from_(slot)
        .where("trim(line) <> ''", exp.func("regexp_matches", column("line"), text(OF_NULLS)).not_())
    )
    unread = column("_reject_reason").is_(exp.null()).not_()
    paths = exp.Array(expressions=[text(_path(name) if _has_path(name) else "$") for name in names])
    cells = exp.If(this=unread, true=exp.null(), false=exp.func("json_extract_string", column("line"), paths))
    session.stage(f"{slot}_judged", exp.select("*", named(cells, "cells")).from_(judged.subquery("judged")))
    _stage_exact(session, names, f"{slot}_judged", exact)
    plainly = (
        exp.select(
            *(
                named(exp.func("list_extract", column("cells"), literal(place)), name)
                for place, name in enumerate(names, start=1)
            ),
            column("_line"),
            column("_reject_reason"),
            named(exp.If(this=unread, true=column("line")), "_reject_text"),
        )
        .from_(f"{slot}_judged")
        .where(exp.not_(exp.In(this=column("_line"), query=exp.select("_line").from_(exact).subquery())))
    )
    exactly = exp.select(
        *(column(name) for name in names), column("_line"), column("_reject_reason"), column("_reject_text")
    ).from_(exact)
    return union_all([plainly, exactly])


def _repeats_a_key(line: exp.Expr) -> exp.Expr:
    keys = exp.func("json_keys", line)
    return exp.NEQ(this=exp.func("len", keys), expression=exp.func("len", exp.func("list_distinct", keys)))


def _has_path(name: str) -> bool:
    """Whether a JSON path can name the key."""
    return bool(name) and not set(name) & set('*\\"')


def _path(name: str) -> str:
    return '$."' + name.replace('"', '\\"') + '"'


def _stage_exact(session: Session, names: list[str], judged: str, exact: str) -> None:
    """`exact` (columns, _line, why it can't be read, text): lines with numbers that DuckDB would write anew.

    All lines, where a key has a name that a JSON path can't name.
    """
    types = {
        **dict.fromkeys(names, "varchar"),
        "_line": "bigint",
        "_reject_reason": "varchar",
        "_reject_text": "varchar",
    }
    session.stage_rows(exact, types, [])
    suspect: exp.Expr = column("_reject_reason").is_(exp.null())
    if all(_has_path(name) for name in names):
        suspect = exp.and_(suspect, exp.func("regexp_matches", column("line"), text(REWRITTEN)))
    last = session.rows(exp.select("coalesce(max(_line), 0)").from_(judged).where(suspect))[0][0]
    for start in range(0, last, BATCH):
        within = exp.Between(this=column("_line"), low=literal(start + 1), high=literal(start + BATCH))
        found = session.rows(exp.select("line", "_line").from_(judged).where(within, suspect))
        rows = [_row(line, number, names) for line, number in found]
        session.stage_rows(f"{exact}_batch", types, rows)
        session.append(exact, exp.select("*").from_(f"{exact}_batch"))


def _row(line: str, number: int, names: list[str]) -> tuple[str | int | None, ...]:
    try:
        cells = {key: _cell(value, line[start:end]) for key, value, start, end in _members(line, line.index("{"))}
    except RecursionError:
        return (*(None for _ in names), number, "nested too deeply", line)
    return (*(cells.get(name) for name in names), number, None, None)


def _cell(value: object, written: str) -> str | None:
    """A string decoded, everything else as written."""
    return None if value is None else value if isinstance(value, str) else written


DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


def _members(content: str, place: int) -> Iterator[tuple[str, object, int, int]]:
    """Keys of the object that begins here, with their values and where these begin and end."""
    place = _after_space(content, place + 1)
    while content[place] != "}":
        key, place = DECODER.raw_decode(content, place)
        start = _after_space(content, _after_space(content, place) + 1)
        value, end = DECODER.raw_decode(content, start)
        yield key, value, start, end
        place = _after_space(content, end)
        place = _after_space(content, place + 1) if content[place] == "," else place


def _after_space(content: str, place: int) -> int:
    match = SPACE.match(content, place)
    return match.end() if match else place


def _one_a_line(path: Path, plain: Path, extract: Extract, scratch: Path) -> Path:
    """The list's objects as JSON lines. Line breaks between tokens become blanks; strings can't hold any."""
    copy = scratch / f"{path.name}.jsonl"
    with copy.open("w", encoding="utf-8") as target:
        content = plain.read_text(encoding="utf-8-sig", errors="backslashreplace")
        for start, end in _elements(path, content, extract):
            target.write(content[start:end].replace("\r", " ").replace("\n", " ") + "\n")
    return copy


def spans(content: str, extract: Extract) -> Iterator[tuple[int, int]]:
    """Where each element of the list in a valid document begins and ends."""
    return _elements(Path(extract.path), content, extract)


def keys_of(written: str) -> list[str]:
    """Keys of a JSON object, in order; none of what is no object."""
    try:
        return list(dict.fromkeys(key for key, *_ in _members(written, written.index("{"))))
    except (ValueError, IndexError, RecursionError):
        return []


def _elements(path: Path, content: str, extract: Extract) -> Iterator[tuple[int, int]]:
    """Where each element of the document's list begins and ends."""
    place, number = _list_starts(path, content, extract), 0
    while place < len(content) and content[place] != "]":
        try:
            _, end = DECODER.raw_decode(content, place)
        except ValueError as error:
            line = content.count("\n", 0, place) + 1
            problem = f"not valid JSON in element {number + 1} ({str(error).split(':')[0]})"
            raise ExtractError(path, str(line), problem, _AGAIN) from None
        number += 1
        yield place, end
        place = _after_space(content, end)
        place = _after_space(content, place + 1) if content[place : place + 1] == "," else place
    if place >= len(content):
        raise ExtractError(path, "", f"the list ends without ] after element {number}", _AGAIN)
    try:
        DECODER.decode(content)
    except ValueError as error:
        problem = f"not valid JSON behind the list of {number} elements ({str(error).split(':')[0]})"
        raise ExtractError(path, "", problem, _AGAIN) from None


_AGAIN = "ask the source to deliver it again"


def _list_starts(path: Path, content: str, extract: Extract) -> int:
    """Place of the first element of the list that `extract.records` names."""
    place = _after_space(content, 0)
    for key in filter(None, extract.records.split(".")):
        place = _value_of(path, content, place, key)
    if content[place : place + 1] != "[":
        raise ExtractError(
            path, "", "no list of objects at this place", "name the list in extract.records, or use jsonl"
        )
    return _after_space(content, place + 1)


def _value_of(path: Path, content: str, place: int, key: str) -> int:
    """Where the value of a key begins, in the object that begins at `place`."""
    try:
        is_object = content[place : place + 1] == "{"
        found = [start for name, _, start, _ in _members(content, place) if name == key] if is_object else []
    except (ValueError, IndexError):
        raise ExtractError(path, "", "the document is not valid JSON", _AGAIN) from None
    if len(found) != 1:
        problem = f"'{key}' of extract.records is {'there twice' if found else 'not in the document'}"
        raise ExtractError(path, "", problem, "correct it, or ask the source which one is meant")
    return found[0]
