"""Parquet files: typed columns arrive as their text, nested ones as JSON."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import ArrowInvalid
from sqlglot import exp

from cdp_pipeline.config.sources import Table
from cdp_pipeline.domain.expressions import column, named, null_as, sql_of, table_function
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.extracts.text import unpack
from cdp_pipeline.resources.warehouse import Session


def header(path: Path, table: Table) -> list[str]:
    """Column names of the file's schema; every page is read once, so that damage shows before any table changes."""
    names = list(_schema(path).names)
    with duckdb.connect() as connection:
        columns = [exp.func("count", column(name)) for name in names]
        asked = exp.select(*columns).from_(table_function("read_parquet", str(path)))
        connection.execute(sql_of(asked)).fetchall()
    return names


def lines(session: Session, path: Path, table: Table, names: list[str], slot: str, scratch: Path) -> exp.Query:
    """All rows; `_line` is the row's number in the file, from 1."""
    plain = unpack(path, table.extract, scratch)
    nested = {field.name for field in _schema(plain) if pa.types.is_nested(field.type)}
    reader = table_function("read_parquet", str(plain), file_row_number=True)
    values = [exp.func("to_json", column(name)) if name in nested else column(name) for name in names]
    return exp.select(
        *(named(exp.cast(value, "varchar", dialect="duckdb"), name) for name, value in zip(names, values, strict=True)),
        named(exp.Add(this=column("file_row_number"), expression=exp.convert(1)), "_line"),
        named(null_as("varchar"), "_reject_reason"),
        named(null_as("varchar"), "_reject_text"),
    ).from_(reader)


def _schema(path: Path) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except (ArrowInvalid, OSError) as error:
        raise ExtractError(
            path, "", f"not a readable Parquet file ({error})", "ask the source to deliver it again"
        ) from None
