"""The landed Parquet file of a fetch, which carries its window.

The file and what it covers come to be in one rename: a killed fetch leaves the file of the last good
one, from which the next goes on without a gap or a double.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from sqlglot import exp

from cdp_pipeline.domain.expressions import column, named, no_rows, null_as, sql_of, table_function
from cdp_pipeline.domain.windows import Position, Window

WINDOW_KEY = b"cdp_window"


def window_in(path: Path) -> Window | None:
    """The window that a landed file covers; none where it was not fetched by a cursor."""
    content = (pq.read_schema(path).metadata or {}).get(WINDOW_KEY)
    if content is None:
        return None
    stored = json.loads(content)
    kind = stored["kind"]
    return Window(kind, _position(kind, stored["start"]), _position(kind, stored["end"]))


def land(
    parts: Sequence[Path], path: Path, columns: Iterable[str], window: Window | None, cursor: str | None, scratch: Path
) -> int:
    """Make one file of the fetched parts, in a defined order; returns its rows.

    `columns` are in the file even where no row has a value; a window of numbers ends at the highest
    `cursor` landed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with duckdb.connect(str(scratch / "landing.duckdb")) as connection:
        connection.execute("create table fetched as " + sql_of(_content(parts, list(columns), connection)))
        if window is not None and window.kind == "number" and window.end is None and cursor is not None:
            highest = exp.select(exp.Max(this=exp.cast(column(cursor), "bigint"))).from_("fetched")
            found = connection.execute(sql_of(highest)).fetchall()[0][0]
            window = replace(window, end=found if found is not None else window.start)
        rows: int = connection.execute("select count(*) from fetched").fetchall()[0][0]
        ordered = connection.sql("from fetched order by all").arrow()
        schema = ordered.schema.with_metadata({WINDOW_KEY: _stored(window)} if window is not None else {})
        partial.touch(mode=0o600)
        with pq.ParquetWriter(partial, schema, compression="zstd") as writer:
            for batch in ordered:
                writer.write_batch(batch)
    partial.chmod(0o600)
    partial.replace(path)
    return rows


def _content(parts: Sequence[Path], columns: list[str], connection: duckdb.DuckDBPyConnection) -> exp.Query:
    """The parts' rows without dlt's own columns."""
    if not parts:
        return no_rows(dict.fromkeys(columns, "varchar"))
    reader = table_function("read_parquet", [str(part) for part in parts], union_by_name=True)
    found = connection.sql(sql_of(exp.select("*").from_(reader))).columns
    wanted = [column(name) for name in found if not name.startswith("_dlt_")]
    empty = [named(null_as("varchar"), name) for name in columns if name not in found]
    return exp.select(*wanted, *empty).from_(reader)


def _stored(window: Window) -> str:
    return json.dumps({"kind": window.kind, "start": _written(window.start), "end": _written(window.end)})


def _written(position: Position | None) -> str | int | None:
    return position.isoformat() if isinstance(position, date) else position


def _position(kind: str, stored: Any) -> Position | None:
    if stored is None or kind == "number":
        return stored  # type: ignore[no-any-return]
    return datetime.fromisoformat(stored) if kind == "time" else date.fromisoformat(stored)
