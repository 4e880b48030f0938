"""Parquet files: typed columns arrive as their text, nested ones as JSON."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from cdp_pipeline.config.sources import Extract, Table
from cdp_pipeline.domain.expressions import column, joined, named, null_as, table_function, text
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.extracts.text import compression, unpack, unpacked
from cdp_pipeline.resources.warehouse import Session

ROW_NUMBER = "file_row_number"


def header(path: Path, table: Table) -> list[str]:
    """Column names of the file's schema; every page is read once, so that damage shows before any table changes."""
    try:
        file = _opened(path, table.extract)
        for _ in file.iter_batches():
            pass
    except (pa.ArrowException, OSError) as error:
        raise ExtractError(
            path, "", f"not a readable Parquet file ({error})", "ask the source to deliver it again"
        ) from None
    schema = file.schema_arrow
    if ROW_NUMBER in schema.names:
        raise ExtractError(path, "", f"a column is called {ROW_NUMBER}, as DuckDB calls its own", "rename it")
    for field in schema:
        if field.name in table.columns and (kind := next(filter(_is_altered, _kinds(field.type)), None)) is not None:
            raise ExtractError(
                path, "", f"the values of '{field.name}' are {kind}, which would be altered", "ask for them as text"
            )
    return list(schema.names)


def lines(session: Session, path: Path, table: Table, names: list[str], slot: str, scratch: Path) -> exp.Query:
    """All rows that hold anything; `_line` is the row's number in the file, from 1."""
    plain = unpack(path, table.extract, scratch)
    fields = {field.name: field.type for field in pq.read_schema(plain)}
    reader = table_function("read_parquet", str(plain), file_row_number=True)
    binary = [name for name in names if _is_binary(fields[name]) and name in table.columns]
    undecodable = exp.or_(
        exp.false(),
        *(exp.and_(column(name).is_(exp.null()).not_(), _decoded(name).is_(exp.null())) for name in binary),
    )
    values: dict[str, exp.Expr] = {
        name: exp.func("to_json", column(name)) if pa.types.is_nested(fields[name]) else column(name) for name in names
    }
    values.update({name: _decoded(name) for name in binary})
    texts = [exp.cast(column(name), "varchar", dialect="duckdb") for name in binary]
    return (
        exp.select(
            *(named(exp.cast(value, "varchar", dialect="duckdb"), name) for name, value in values.items()),
            named(exp.Add(this=column(ROW_NUMBER), expression=exp.convert(1)), "_line"),
            named(
                exp.If(this=undecodable, true=text("bytes that are not UTF-8"), false=null_as("varchar")),
                "_reject_reason",
            ),
            named(
                exp.If(this=undecodable, true=joined(" ", *texts)) if binary else null_as("varchar"),
                "_reject_text",
            ),
        )
        .from_(reader)
        .where(exp.or_(*(column(name).is_(exp.null()).not_() for name in names)))
    )


def _is_binary(kind: pa.DataType) -> bool:
    """Text that its writer did not mark as such, in many a file."""
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _decoded(name: str) -> exp.Expr:
    """UTF-8 text of bytes; null where they are none."""
    return exp.Anonymous(this="try", expressions=[exp.Anonymous(this="decode", expressions=[column(name)])])


def _opened(path: Path, extract: Extract) -> pq.ParquetFile:
    if compression(path, extract) == "none":
        return pq.ParquetFile(path)
    with unpacked(path, extract) as content:
        return pq.ParquetFile(pa.BufferReader(content.read()))


def _kinds(kind: pa.DataType) -> Iterator[pa.DataType]:
    """A type and those of which it is made."""
    yield kind
    for place in range(kind.num_fields):
        yield from _kinds(kind.field(place).type)


def _is_altered(kind: pa.DataType) -> bool:
    """Whether DuckDB reads another value: long decimals are rounded, durations lose their unit."""
    return bool(pa.types.is_decimal256(kind) or pa.types.is_duration(kind))
