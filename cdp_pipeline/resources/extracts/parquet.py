"""Parquet files: typed columns arrive as their text."""

from pathlib import Path

import pyarrow.parquet as pq
from pyarrow import ArrowInvalid
from sqlglot import exp

from cdp_pipeline.config.sources import Extract
from cdp_pipeline.domain.expressions import column, named, null_as, table_function
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.warehouse import Session


def header(path: Path, extract: Extract) -> list[str]:
    """Column names of the file's schema."""
    try:
        return list(pq.read_schema(path).names)
    except (ArrowInvalid, OSError) as error:
        raise ExtractError(
            path, "", f"not a readable Parquet file ({error})", "ask the source to deliver it again"
        ) from None


def lines(session: Session, path: Path, extract: Extract, names: list[str], slot: str, scratch: Path) -> exp.Query:
    """All rows; `_line` is the row's number in the file, from 1."""
    reader = table_function("read_parquet", str(path), file_row_number=True)
    return exp.select(
        *(named(exp.cast(column(name), "varchar", dialect="duckdb"), name) for name in names),
        named(exp.Add(this=column("file_row_number"), expression=exp.convert(1)), "_line"),
        named(null_as("varchar"), "_reject_reason"),
        named(null_as("varchar"), "_reject_text"),
    ).from_(reader)
