"""Delimited text: any delimiter, quote and encoding, with all columns as text.

What belongs here: the two readers, and the dialect. DuckDB's strict reader takes a file that is
regular in every line that is not blank (as many rows as lines, each with all its cells). Whatever is not, `_judged`
goes through record by record and hands the regular ones back to DuckDB: a record that can't be read
is refused alone, its first line only, and reading goes on with the very next line, so that a stray
quote never swallows or shifts its neighbours.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import numpy as np
from sqlglot import exp

from cdp_pipeline.config.sources import Extract, Table
from cdp_pipeline.domain.expressions import column, literal, named, null_as, table_function, text, texts, union_all
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.extracts.text import MEGABYTE, as_utf8, count_marks, opened, undecodable, without_line_end
from cdp_pipeline.resources.warehouse import Session

LONGEST_RECORD = 500
LONGEST_BYTES = 16 * MEGABYTE
"""Lines that one record may span before its opening quote is taken for a stray one."""
HINT = re.compile(r"^sep=(.)\r?\n?$", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """What a file's head says: its delimiter, its columns, and the line at which data begins."""

    delimiter: str
    names: tuple[str, ...]
    first_line: int


def header(path: Path, table: Table) -> list[str]:
    """Column names of the header line, or the configured ones where there is none."""
    return list(_layout(path, table).names)


def lines(session: Session, path: Path, table: Table, names: list[str], slot: str, scratch: Path) -> exp.Query:
    """All records; the file is read once where it is regular, into a temporary table of the slot's name."""
    extract = table.extract
    layout = _layout(path, table)
    if list(layout.names) != names:
        raise ExtractError(path, "", "the file changed after it was inspected", "run the day again")
    plain = as_utf8(path, extract, scratch)
    irregular = bool(extract.comment or extract.totals or extract.escape or len(extract.delimiter) > 1)
    if not irregular and _read_strictly(session, plain, layout, extract, names, slot):
        number = exp.Add(this=column("rowid"), expression=literal(layout.first_line))
        found = _lines(exp.select().from_(slot), names, number)
        return found if len(names) > 1 else found.where(column(names[0]).is_(exp.null()).not_())  # blank lines
    if not irregular:
        dense = scratch / f"{slot}.dense"
        numbers = _without_blank_lines(plain, layout.first_line, dense)
        if len(numbers) and _read_strictly(session, dense, replace(layout, first_line=1), extract, names, slot):
            session.stage_arrays(f"{slot}_numbers", {"line": numbers})
            return _lines(_placed(slot), names, column("line", f"{slot}_numbers"), slot)
    return _judged(session, plain, layout, extract, names, slot, scratch)


def _without_blank_lines(plain: Path, first_line: int, dense: Path) -> Any:
    """Copy the data's lines that hold anything; returns their numbers, none where no line is blank."""
    with plain.open("rb") as source, dense.open("wb") as target:
        content = source.read()
        marks = np.frombuffer(content, dtype="uint8")
        ends = np.flatnonzero(marks == ord("\n")) + 1
        ends = ends if content.endswith(b"\n") else np.append(ends, len(content))
        starts = np.concatenate(([0], ends[:-1]))
        sizes = ends - starts
        blank = (sizes == 1) | ((sizes == 2) & (marks[starts] == ord("\r")))
        if not blank[first_line - 1 :].any():
            return np.array([], dtype="int64")
        blank[: first_line - 1] = True
        begin = 0
        for place in np.flatnonzero(blank):
            target.write(content[begin : starts[place]])
            begin = ends[place]
        target.write(content[begin:])
    return np.flatnonzero(~blank) + 1


def _layout(path: Path, table: Table) -> Layout:
    extract = table.extract
    with opened(path, extract) as file:
        line = file.readline()
        hint = HINT.match(line)
        number = 2 if hint else 1
        line = file.readline() if hint else line
        for _ in range(max(extract.header_row, 1) - 1):
            line, number = file.readline(), number + 1
        delimiter = hint.group(1) if hint else extract.delimiter
        if extract.header_row == 0:
            return Layout(delimiter, tuple(table.columns), number)
        grammar = Grammar(extract, delimiter)
        record, last = line.encode("utf-8", "surrogateescape"), number
        while (cells := grammar.cells(record)) is None and (more := file.readline()):
            record, last = record + more.encode("utf-8", "surrogateescape"), last + 1
        if cells is None:
            raise ExtractError(path, str(number), "the header has a quote that is not closed", _QUOTES)
        return Layout(delimiter, _names(path, number, cells), last + 1)


_QUOTES = "correct the file, or extract.quote of this table"


def _names(path: Path, number: int, cells: list[bytes]) -> tuple[str, ...]:
    """Names as text; a column without a name is called by its place."""
    try:
        found = [cell.decode("utf-8").strip() for cell in cells]
    except UnicodeDecodeError as error:
        raise ExtractError(
            path,
            str(number),
            f"byte 0x{error.object[error.start]:02x} of the header is not of the file's encoding",
            "correct extract.encoding of this table (cp1252 is usual for Western Windows systems)",
        ) from None
    return tuple(name or f"unnamed_{place}" for place, name in enumerate(found, start=1))


class Grammar:
    """The records of a dialect: RFC 4180, and quotes inside a cell that does not begin with one."""

    def __init__(self, extract: Extract, delimiter: str) -> None:
        self.delimiter = delimiter.encode()
        self._quote = extract.quote.encode()
        self._escape = (extract.escape or extract.quote).encode()
        separator, quote, escape = (
            re.escape(mark.encode()) for mark in (delimiter, extract.quote, self._escape.decode())
        )
        doubled = self._escape == self._quote
        inside = rb"(?:(?!%b)[\s\S]|%b)*" % (
            (quote, quote * 2) if doubled else (quote + b"|" + escape, escape + rb"[\s\S]")
        )
        self._open = re.compile(quote + inside + rb"\Z")
        plain = rb"(?!%b)(?:(?!%b)[^\r\n])*" % (quote, separator)
        self._cell = re.compile(
            rb"(?:%b(?P<quoted>%b)%b|(?P<plain>%b))(?=%b|\Z)" % (quote, inside, quote, plain, separator)
        )

    def cells(self, record: bytes) -> list[bytes] | None:
        """The cells of a whole record; None where a quote is left open or stands where none may."""
        body = without_line_end(record)
        if not self._quote or self._quote not in body:
            return body.split(self.delimiter)
        found: list[bytes] = []
        for match in self._matches(body):
            if match is None:
                return None
            found.append(self._value(match))
        return found

    def is_open(self, record: bytes) -> bool:
        """Whether the record ends inside a quoted cell, so that the next line may belong to it."""
        place = 0
        for match in self._matches(record):
            if match is None:
                return self._open.match(record, place) is not None
            place = match.end() + len(self.delimiter)
        return False

    def _matches(self, body: bytes) -> Iterator[re.Match[bytes] | None]:
        place = 0
        while True:
            match = self._cell.match(body, place)
            yield match
            if match is None or match.end() == len(body):
                return
            place = match.end() + len(self.delimiter)

    def _value(self, match: re.Match[bytes]) -> bytes:
        quoted: bytes | None = match.group("quoted")
        if quoted is None:
            return bytes(match.group("plain"))
        if self._escape == self._quote:
            return quoted.replace(self._quote * 2, self._quote)
        return re.sub(re.escape(self._escape) + rb"([\s\S])", rb"\1", quoted)


def _read_strictly(
    session: Session, plain: Path, layout: Layout, extract: Extract, names: list[str], slot: str
) -> bool:
    """Whether DuckDB's rows account for every line and every byte of the file.

    It is lenient even in its strict mode: it drops blanks beside a quote, and an empty cell too many.
    """
    try:
        reader = _reader(plain, layout.delimiter, extract.quote, names, layout.first_line - 1)
        session.stage(slot, exp.select(exp.Star()).from_(reader))
    except duckdb.Error:
        return False
    marks = count_marks(plain, layout.first_line, extract.quote)
    if marks is None:
        return False
    size: list[exp.Expr] = [exp.func("coalesce", exp.func("strlen", column(name)), literal(0)) for name in names]
    taken = exp.func("sum", _added(size))
    within = exp.func("sum", _added([_quotes_within(column(name), extract.quote) for name in names]))
    asked: tuple[exp.Expr, ...] = (exp.func("count", exp.Star()), taken, within if marks.quotes else literal(0))
    rows, content, inner = (value or 0 for value in session.rows(exp.select(*asked).from_(slot))[0])
    spent = content + rows * (len(names) - 1) + marks.line_ends + marks.quotes - inner
    return bool(rows == marks.lines and spent == marks.size)


def _quotes_within(cell: exp.Expr, quote: str) -> exp.Expr:
    without = exp.func("strlen", exp.func("replace", cell, text(quote), text("")))
    count = exp.Sub(this=exp.func("strlen", cell), expression=without)
    return exp.If(this=exp.func("contains", cell, text(quote)), true=count, false=literal(0))


def _added(values: Sequence[exp.Expr]) -> exp.Expr:
    total = values[0]
    for value in values[1:]:
        total = exp.Add(this=total, expression=value)
    return total


def _reader(plain: Path, delimiter: str, quote: str, names: list[str], skip: int, **dialect: str) -> exp.Expr:
    return table_function(
        "read_csv",
        str(plain),
        columns=texts(dict.fromkeys(names, "varchar")),
        auto_detect=False,
        header=False,
        skip=skip,
        delim=delimiter,
        quote=quote,
        escape=quote,
        nullstr="",
        strict_mode=True,
        max_line_size=LONGEST_BYTES,
        **dialect,
    )


def _judged(
    session: Session, plain: Path, layout: Layout, extract: Extract, names: list[str], slot: str, scratch: Path
) -> exp.Query:
    """Regular records through DuckDB, from a copy that holds nothing else; the others with their reason."""
    regular, numbers = scratch / f"{slot}.regular", []
    refused: list[tuple[int, str, str]] = []
    with plain.open("rb") as source, regular.open("wb") as target:
        for number, record, reason in _records(source, layout, extract, len(names)):
            if reason is None:
                numbers.append(number)
                target.write(record)
            else:
                refused.append((number, without_line_end(record).decode("utf-8", "backslashreplace"), reason))
    if numbers:
        session.stage(slot, exp.select(exp.Star()).from_(_reader(regular, ",", '"', names, 0, new_line=r"\n")))
    else:
        session.stage_rows(slot, dict.fromkeys(names, "varchar"), [])
    session.stage_arrays(f"{slot}_numbers", {"line": np.array(numbers, dtype="int64")})
    session.stage_rows(f"{slot}_refused", {"line": "bigint", "text": "varchar", "reason": "varchar"}, refused)
    unread = exp.select(
        *(named(null_as("varchar"), name) for name in names),
        named(column("line"), "_line"),
        named(column("reason"), "_reject_reason"),
        named(column("text"), "_reject_text"),
    ).from_(f"{slot}_refused")
    return union_all([_lines(_placed(slot), names, column("line", f"{slot}_numbers"), slot), unread])


def _placed(slot: str) -> exp.Select:
    """The slot's rows, each beside its line's number."""
    numbers = f"{slot}_numbers"
    same = exp.EQ(this=column("rowid", slot), expression=column("rowid", numbers))
    return exp.select().from_(slot).join(numbers, on=same)


def _lines(source: exp.Select, names: list[str], number: exp.Expr, slot: str | None = None) -> exp.Select:
    return source.select(
        *(column(name, slot) for name in names),
        named(number, "_line"),
        named(null_as("varchar"), "_reject_reason"),
        named(null_as("varchar"), "_reject_text"),
    )


def _records(source: BinaryIO, layout: Layout, extract: Extract, width: int) -> Iterator[tuple[int, bytes, str | None]]:
    """First line, canonical bytes and None; or the line as it stands and why it can't be read."""
    grammar = Grammar(extract, layout.delimiter)
    comment = extract.comment.encode() if extract.comment else None
    totals = re.compile(extract.totals.encode()) if extract.totals else None
    pending = _numbered(source, layout.first_line)
    waiting: list[tuple[int, bytes]] = []

    def following() -> tuple[int, bytes] | None:
        """The next line, first of those that were taken in vain."""
        return waiting.pop(0) if waiting else next(pending, None)

    while (first := following()) is not None:
        number, line = first
        blank = not line.strip() and (len(grammar.delimiter.strip()) > 0 or grammar.delimiter not in line)
        if blank or (comment and line.startswith(comment)) or (totals and totals.match(line)):
            continue
        record: bytes = line
        taken: list[tuple[int, bytes]] = []
        cells = grammar.cells(record)
        while cells is None and len(taken) < LONGEST_RECORD and grammar.is_open(record):
            more = following()
            if more is None:
                break
            taken.append(more)
            record += more[1]
            cells = grammar.cells(record)
        reason = _fault(cells, record, width)
        if reason is None and cells is not None:
            yield number, _canonical(cells), None
        else:
            waiting[:0] = taken
            yield number, line, reason


def _numbered(source: BinaryIO, first_line: int) -> Iterator[tuple[int, bytes]]:
    """Lines with their number; a carriage return alone ends a line in a file that has no other line ends."""
    old = b"\n" not in source.read(MEGABYTE)
    source.seek(0)
    for number, line in enumerate(re.findall(rb"[^\r]*\r|[^\r]+", source.read()) if old else source, start=1):
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if number >= first_line:
            yield number, line


def _fault(cells: list[bytes] | None, record: bytes, width: int) -> str | None:
    if cells is None:
        return "a quote is left open, or followed by text"
    if len(record) > LONGEST_BYTES:
        return f"longer than {LONGEST_BYTES // MEGABYTE} MB"
    if len(cells) != width:
        return f"{len(cells)} cells instead of {width}"
    return undecodable(record)


def _canonical(cells: list[bytes]) -> bytes:
    return b",".join(b'"' + cell.replace(b'"', b'""') + b'"' if _needs_quotes(cell) else cell for cell in cells) + b"\n"


def _needs_quotes(cell: bytes) -> bool:
    return any(mark in cell for mark in (b'"', b",", b"\n", b"\r")) or cell != cell.strip()
