"""Delimited text: any delimiter, quote and encoding, read by DuckDB with all columns as text."""

import codecs
import csv
import shutil
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.config.sources import Extract
from cdp_pipeline.domain.expressions import column, literal, named, null_as, struct, table_function, union_all
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.warehouse import Session

MEGABYTE = 1 << 20


def header(path: Path, extract: Extract) -> list[str]:
    """Column names of the header line."""
    try:
        with path.open(encoding=_codec(extract), newline="") as file:
            for _ in range(extract.header_row - 1):
                file.readline()
            reader = csv.reader(file, delimiter=extract.delimiter, quotechar=extract.quote)
            return next(reader, [])
    except UnicodeDecodeError as error:
        raise _undecodable(path, extract, error) from None


def lines(session: Session, path: Path, extract: Extract, names: list[str], slot: str, scratch: Path) -> exp.Query:
    """All lines; the file is read once, into a temporary table of the slot's name."""
    readable = _as_utf8(path, extract, scratch)
    reader = table_function(
        "read_csv",
        str(readable),
        columns=struct(dict.fromkeys(names, "varchar")),
        auto_detect=False,
        header=True,
        skip=extract.header_row - 1,
        delim=extract.delimiter,
        quote=extract.quote,
        escape=extract.quote,
        nullstr="",
        ignore_errors=True,
        store_rejects=True,
        rejects_table=f"{slot}_rejects",
        rejects_scan=f"{slot}_scans",
        max_line_size=16 * MEGABYTE,
    )
    ordinal = exp.Window(this=exp.func("row_number"))
    session.stage(slot, exp.select(exp.Star(), named(ordinal, "_ordinal")).from_(reader))
    return _with_line_numbers(session, names, slot, extract.header_row)


def _with_line_numbers(session: Session, names: list[str], slot: str, header_row: int) -> exp.Query:
    """Readable lines keep their place: each unreadable line before one moves it down by one."""
    rejects = session.rows(
        exp.select("line", "any_value(csv_line)", "any_value(cast(error_type as varchar))")
        .from_(f"{slot}_rejects")
        .group_by("line")
        .order_by("line")
    )
    session.stage_rows(
        f"{slot}_shifts",
        {"after": "bigint"},
        [(line - header_row - 1 - place,) for place, (line, _, _) in enumerate(rejects)],
    )
    session.stage_rows(f"{slot}_refused", {"line": "bigint", "text": "varchar", "reason": "varchar"}, rejects)
    shift = exp.Subquery(this=exp.select("count(*)").from_(f"{slot}_shifts").where("after < _ordinal"))
    place = exp.Add(this=exp.Add(this=column("_ordinal"), expression=literal(header_row)), expression=shift)
    read = exp.select(
        *(column(name) for name in names),
        named(place if rejects else exp.Add(this=column("_ordinal"), expression=literal(header_row)), "_line"),
        named(null_as("varchar"), "_reject_reason"),
        named(null_as("varchar"), "_reject_text"),
    ).from_(slot)
    refused = exp.select(
        *(named(null_as("varchar"), name) for name in names),
        named(column("line"), "_line"),
        named(column("reason"), "_reject_reason"),
        named(column("text"), "_reject_text"),
    ).from_(f"{slot}_refused")
    return union_all([read, refused]) if rejects else read


def _as_utf8(path: Path, extract: Extract, scratch: Path) -> Path:
    """The file itself, or a copy in UTF-8 that is deleted with the scratch folder."""
    if _codec(extract) == "utf-8-sig":
        return path
    copy = scratch / f"{path.name}.utf8"
    try:
        with (
            path.open(encoding=_codec(extract), newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as target,
        ):
            shutil.copyfileobj(source, target, MEGABYTE)
    except UnicodeDecodeError as error:
        raise _undecodable(path, extract, error) from None
    return copy


def _codec(extract: Extract) -> str:
    name = codecs.lookup(extract.encoding).name
    return "utf-8-sig" if name == "utf-8" else name


def _undecodable(path: Path, extract: Extract, error: UnicodeDecodeError) -> ExtractError:
    return ExtractError(
        path,
        "",
        f"byte 0x{error.object[error.start]:02x} is not {extract.encoding}",
        "correct extract.encoding of this table (cp1252 is usual for Western Windows systems)",
    )
