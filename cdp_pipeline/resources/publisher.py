"""Publishing: what readers open instead of the warehouse.

Parquet files and a read-only DuckDB file, each swapped under its final name in one step, so that a
reader never sees half of a day. What a reader may see is said by the caller (`privacy.pseudonyms`).
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb
from sqlglot import exp

from cdp_pipeline.domain.expressions import sql_of, table
from cdp_pipeline.resources.warehouse import Session

DATABASE = "cdp.duckdb"


def publish(session: Session, tables: Iterable[tuple[str, exp.Select]], folder: Path) -> list[str]:
    """Write each table, `layer.table` with its query; returns the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, query in tables:
        path = folder / f"{name}.parquet"
        session.export_parquet(query, path)
        written.append(path.name)
    _write_database(folder, written)
    return [*written, DATABASE]


def _write_database(folder: Path, files: list[str]) -> None:
    partial = folder / f".{DATABASE}.partial"
    partial.unlink(missing_ok=True)
    with duckdb.connect(str(partial)) as connection:
        for file in files:
            layer, name = file.removesuffix(".parquet").split(".")
            connection.execute(f"create schema if not exists {layer}")
            target, source = (
                sql_of(table(f"{layer}.{name}")),
                exp.Literal.string(str(folder / file)).sql("duckdb"),
            )
            connection.execute(f"create table {target} as from read_parquet({source})")
    partial.replace(folder / DATABASE)
