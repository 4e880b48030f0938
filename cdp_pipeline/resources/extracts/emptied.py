"""Emptying single records of a delivered file, for erasure: what they said is gone, all others keep their lines.

A line of text becomes a blank one; the values of a JSON object and of a Parquet row become null; of a
spreadsheet's row the cells are left out. Readers take none of these for a record. What belongs here: one
way of emptying for each format. What does not: which records go.

A text of detected encoding becomes UTF-8. A spreadsheet is written anew, its values only, as xlsx, whatever its name ends in: readers look at the content.
"""

import codecs
import gzip
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from cdp_pipeline.config.sources import Extract, Table
from cdp_pipeline.resources.extracts.cell_errors import rows_with_errors
from cdp_pipeline.resources.extracts.excel import opened_book, sheet_name
from cdp_pipeline.resources.extracts.jsonl import keys_of, spans
from cdp_pipeline.resources.extracts.text import (
    MEGABYTE,
    UTF8,
    compression,
    encoding_of,
    undecoded,
    unpacked,
    without_line_end,
)

DAY, MOMENT, DURATION = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "[h]:mm:ss"


def empty_records(path: Path, table: Table, records: Iterable[tuple[int, int | None]]) -> None:
    """Empty the records of these lines; each is given as its line and the line of the next record, if any.

    The file is written beside and takes its place in one step, with the same rights.
    """
    gone = list(records)
    partial = path.with_name(f".{path.name}.partial")
    extract = table.extract
    try:
        if extract.format == "excel":
            _empty_rows(path, extract, {first for first, _ in gone}, partial)
        else:
            with (
                partial.open("wb") as target,
                unpacked(path, extract) as source,
                _packing(path, extract, target) as packed,
            ):
                _WAYS[extract.format](_surely_decoded(source, extract), packed, extract, gone)
        shutil.copymode(path, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _surely_decoded(source: BinaryIO, extract: Extract) -> BinaryIO:
    """A text whose encoding was detected becomes UTF-8 with its mark: with less text another might be detected."""
    if extract.encoding != "auto" or extract.format == "parquet":
        return source
    content = source.read()
    codec, mark = encoding_of(content[:MEGABYTE], extract)
    if codec == UTF8 or mark:
        return io.BytesIO(content)
    return io.BytesIO(codecs.BOM_UTF8 + content.decode(codec, undecoded(codec)).encode(UTF8, "surrogateescape"))


def _packing(path: Path, extract: Extract, target: BinaryIO) -> Any:
    """What compresses as the file was; without a moment in it, so that the same content is the same bytes."""
    kind = compression(path, extract)
    if kind == "gzip":
        return gzip.GzipFile("", "wb", fileobj=target, mtime=0)
    if kind == "zstd":
        return pa.CompressedOutputStream(target, "zstd")
    if kind == "zip":
        with zipfile.ZipFile(path) as archive:
            member = next(member for member in archive.infolist() if not member.is_dir())
        return _Zipped(target, zipfile.ZipInfo(member.filename, member.date_time))
    return _Plain(target)


class _Plain:
    """The target itself."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target

    def __enter__(self) -> BinaryIO:
        return self._target

    def __exit__(self, *_: object) -> None:
        """The caller closes it."""


class _Zipped:
    """The one member of an archive."""

    def __init__(self, target: BinaryIO, member: zipfile.ZipInfo) -> None:
        self._archive = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        member.compress_type = zipfile.ZIP_DEFLATED
        self._member = member

    def __enter__(self) -> Any:
        self._content = self._archive.open(self._member, "w", force_zip64=True)
        return self._content

    def __exit__(self, *_: object) -> None:
        """Close the member, then the archive, which writes its directory."""
        self._content.close()
        self._archive.close()


def _empty_lines(source: BinaryIO, target: Any, extract: Extract, gone: list[tuple[int, int | None]]) -> None:
    """Blank lines, with the line ends that were there."""
    endings = _beginnings(gone)
    until = 0.0
    for number, line in enumerate(_lines(source, extract), start=1):
        if number in endings:
            until = endings[number]
        target.write(_line_end(line, extract, number) if number < until else line)


def _beginnings(gone: list[tuple[int, int | None]]) -> dict[int, float]:
    return {first: float("inf") if following is None else following for first, following in gone}


def _lines(source: BinaryIO, extract: Extract) -> Iterator[bytes]:
    """Lines as the readers count them: a carriage return alone ends one in a file that has no other line ends."""
    head = source.read(MEGABYTE)
    codec, _ = encoding_of(head, extract)
    ends = [mark.encode(codec) for mark in ("\n", "\r")]
    width = len(ends[0])
    if width == 1 and ends[0] in head:
        yield from _split(source, head)
        return
    content = head + source.read()
    end = ends[0] if _places(content, ends[0]) else ends[1]
    begin = 0
    for place in _places(content, end):
        yield content[begin : place + width]
        begin = place + width
    if begin < len(content):
        yield content[begin:]


def _split(source: BinaryIO, head: bytes) -> Iterator[bytes]:
    """Lines of the head and what follows, without holding the file in memory."""
    rest = b""
    chunk = head
    while chunk:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line + b"\n" for line in whole)
        chunk = source.read(MEGABYTE)
    if rest:
        yield rest


def _places(content: bytes, mark: bytes) -> list[int]:
    """Where a mark begins, at a whole number of characters."""
    return [found.start() for found in re.finditer(re.escape(mark), content) if found.start() % len(mark) == 0]


def _line_end(line: bytes, extract: Extract, number: int) -> bytes:
    """A byte-order mark and the line's end stay."""
    codec, mark = encoding_of(line, extract) if number == 1 else (encoding_of(line, extract)[0], 0)
    if b"\0" not in line:
        body = without_line_end(line) if line.endswith(b"\n") else line.removesuffix(b"\r")
        return line[:mark] + line[len(body) :]
    width = 4 if codec.startswith("utf-32") else 2
    ends = {mark.encode(c) for mark in "\r\n" for c in (f"utf-{8 * width}-le", f"utf-{8 * width}-be")}
    kept = len(line)
    while line[kept - width : kept] in ends:
        kept -= width
    return line[:mark] + line[kept:]


def _empty_json_lines(source: BinaryIO, target: Any, extract: Extract, gone: list[tuple[int, int | None]]) -> None:
    content, codec, mark = _text(source, extract)
    wanted = {first for first, _ in gone}
    lines = content.split("\n")
    for number in wanted:
        line = lines[number - 1]
        lines[number - 1] = _nulls(line) + ("\r" if line.endswith("\r") else "")
    target.write(mark + "\n".join(lines).encode(codec, "surrogateescape"))


def _empty_elements(source: BinaryIO, target: Any, extract: Extract, gone: list[tuple[int, int | None]]) -> None:
    content, codec, mark = _text(source, extract)
    wanted = {first for first, _ in gone}
    parts, begin = [], 0
    for number, (start, end) in enumerate(spans(content, extract), start=1):
        if number in wanted:
            parts += [content[begin:start], _nulls(content[start:end]) or "{}"]
            begin = end
    target.write(mark + "".join([*parts, content[begin:]]).encode(codec, "surrogateescape"))


def _text(source: BinaryIO, extract: Extract) -> tuple[str, str, bytes]:
    """The text, its codec and its byte-order mark."""
    content = source.read()
    codec, mark = encoding_of(content[:MEGABYTE], extract)
    return content[mark:].decode(codec, undecoded(codec)), codec, content[:mark]


def _nulls(written: str) -> str:
    """The object with its keys alone, so that a file keeps its columns; nothing where it is no object."""
    return json.dumps(dict.fromkeys(keys)) if (keys := keys_of(written)) else ""


def _empty_parquet(source: BinaryIO, target: Any, extract: Extract, gone: list[tuple[int, int | None]]) -> None:
    file = pq.ParquetFile(pa.BufferReader(source.read()))
    content = file.read()
    wanted = {first - 1 for first, _ in gone}
    rows = pa.array([None if row in wanted else row for row in range(content.num_rows)], pa.int64())
    schema = pa.schema([field.with_nullable(True) for field in content.schema], content.schema.metadata)
    emptied = pa.table([_without(column, rows) for column in content.columns], schema=schema)
    groups = [file.metadata.row_group(place) for place in range(file.num_row_groups)]
    kind = groups[0].column(0).compression.lower() if groups and groups[0].num_columns else "snappy"
    size = max((group.num_rows for group in groups), default=None)
    written = io.BytesIO()
    pq.write_table(emptied, written, compression="none" if kind == "uncompressed" else kind, row_group_size=size)
    target.write(written.getvalue())


def _without(column: Any, rows: Any) -> Any:
    """The column with nulls in the place of rows; a dictionary is made anew, or it would keep their values."""
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type).take(rows).dictionary_encode().cast(column.type)
    return column.take(rows)


def _empty_rows(path: Path, extract: Extract, gone: set[int], target: Path) -> None:
    book = opened_book(path)
    wanted = sheet_name(path, book, extract)
    with Workbook(str(target), {"default_date_format": DAY, "strings_to_formulas": False}) as copy:
        copy.set_properties({"created": datetime(2000, 1, 1)})
        for name in book.sheet_names:
            sheet, errors = copy.add_worksheet(name), rows_with_errors(path, name)
            content = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for number, row in enumerate(content, start=1):
                if name != wanted or number not in gone:
                    _write_row(copy, sheet, number, row, errors.get(number))


def _write_row(copy: Workbook, sheet: Worksheet, number: int, row: list[Any], error: str | None) -> None:
    for place, cell in enumerate(row):
        if isinstance(cell, bool):
            sheet.write_boolean(number - 1, place, cell)
        elif isinstance(cell, int | float):
            sheet.write_number(number - 1, place, cell)
        elif isinstance(cell, datetime | date | time | timedelta):
            sheet.write_datetime(number - 1, place, cell, copy.add_format({"num_format": _shown_as(cell)}))
        elif cell != "":
            sheet.write_string(number - 1, place, str(cell))
    if error is not None:
        place = next((place for place, cell in enumerate(row) if cell == ""), len(row))
        sheet.write_formula(number - 1, place, "=NA()", value=error)


def _shown_as(cell: date | time | timedelta) -> str:
    return MOMENT if isinstance(cell, datetime) else DURATION if isinstance(cell, time | timedelta) else DAY


_WAYS = {
    "csv": _empty_lines,
    "fixed_width": _empty_lines,
    "jsonl": _empty_json_lines,
    "json": _empty_elements,
    "parquet": _empty_parquet,
}
