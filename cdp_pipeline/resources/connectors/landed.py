"""The landed Parquet file of a fetch, which carries its window.

The file and what it covers come to be in one rename: a killed fetch leaves the file of the last good
one, from which the next goes on without a gap or a double.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from cdp_pipeline.domain.expressions import column, named, no_rows, null_as, sql_of, table_function
from cdp_pipeline.domain.windows import Position, Window
from cdp_pipeline.resources.connectors.failures import FetchFailed

WINDOW_KEY = b"cdp_window"


def window_in(path: Path) -> Window | None:
    """The window that a landed file covers; none where it was not fetched by a cursor. Raises FetchFailed."""
    try:
        content = (pq.read_schema(path).metadata or {}).get(WINDOW_KEY)
    except (pa.ArrowException, OSError):
        raise FetchFailed(f"{path} can't be read, so it is not known what it covers; remove it") from None
    if content is None:
        return None
    stored = json.loads(content)
    kind = stored["kind"]
    return Window(kind, _position(kind, stored["start"]), _position(kind, stored["end"]))


def land(
    parts: Sequence[Path], path: Path, names: Sequence[str], window: Window | None, cursor: str | None, scratch: Path
) -> int:
    """Make one file of the fetched parts, in a defined order; returns its rows.

    The parts have the columns c0, c1 and so on, which `names` names; one without any value may be missing
    there. A window of numbers ends at the highest `cursor` landed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with duckdb.connect(str(scratch / "landing.duckdb")) as connection:
        connection.execute("create table fetched as " + sql_of(_content(parts, names, connection)))
        if window is not None and window.kind == "number" and window.end is None and cursor is not None:
            highest = exp.select(exp.Max(this=exp.cast(column(cursor), "bigint"))).from_("fetched")
            found = connection.execute(sql_of(highest)).fetchall()[0][0]
            window = replace(window, end=found if found is not None else window.start)
        rows: int = connection.execute("select count(*) from fetched").fetchall()[0][0]
        ordered = connection.sql("from fetched order by all").arrow()
        schema = ordered.schema.with_metadata({WINDOW_KEY: _stored(window)} if window is not None else {})
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with pq.ParquetWriter(partial, schema, compression="zstd") as writer:
            for batch in ordered:
                writer.write_batch(batch)
    partial.replace(path)
    return rows


def _content(parts: Sequence[Path], names: Sequence[str], connection: duckdb.DuckDBPyConnection) -> exp.Query:
    """The parts' rows under the names of the source, without dlt's own columns."""
    named_alike = sorted(name for name in names if [other.casefold() for other in names].count(name.casefold()) > 1)
    if named_alike:
        raise FetchFailed(f"the columns {named_alike} differ in upper and lower case only; rename one at the source")
    if not parts:
        return no_rows(dict.fromkeys(names, "varchar"))
    reader = table_function("read_parquet", [str(part) for part in parts], union_by_name=True)
    found = connection.sql(sql_of(exp.select("*").from_(reader))).columns
    columns = [
        named(column(f"c{place}") if f"c{place}" in found else null_as("varchar"), name or f"unnamed_{place + 1}")
        for place, name in enumerate(names)
    ]
    return exp.select(*columns).from_(reader)


def _stored(window: Window) -> str:
    return json.dumps({"kind": window.kind, "start": _written(window.start), "end": _written(window.end)})


def _written(position: Position | None) -> str | int | None:
    return position.isoformat() if isinstance(position, date) else position


def _position(kind: str, stored: Any) -> Position | None:
    if stored is None or kind == "number":
        return stored  # type: ignore[no-any-return]
    return datetime.fromisoformat(stored) if kind == "time" else date.fromisoformat(stored)
