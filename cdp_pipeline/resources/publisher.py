"""Publishing: what readers open instead of the warehouse.

Parquet files and a read-only DuckDB file, each swapped under its final name in one step, so that a
reader never sees half of a day. Columns that identify a person directly stay out.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb
from sqlglot import exp

from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, sql_of, table
from cdp_pipeline.resources.warehouse import Session

DATABASE = "cdp.duckdb"


def publish(session: Session, tables: Iterable[tuple[str, Sidecar]], folder: Path) -> list[str]:
    """Write every published table that exists; returns the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, sidecar in tables:
        columns = session.columns(name)
        if columns:
            path = folder / f"{name}.parquet"
            session.export_parquet(public_select(name, _standing(sidecar, columns)), path)
            written.append(path.name)
    _write_database(folder, written)
    return [*written, DATABASE]


def _standing(sidecar: Sidecar, columns: Iterable[str]) -> Sidecar:
    """The sidecar of a table as a run before the last upgrade left it."""
    standing = {name: content for name, content in sidecar.columns.items() if name in columns}
    return sidecar.model_copy(update={"columns": standing})


def public_select(name: str, sidecar: Sidecar) -> exp.Select:
    """The table without direct identifiers, in the order of its key: the same rows, the same bytes."""
    public = [column(n) for n, content in sidecar.columns.items() if content.privacy != "direct_identifier"]
    return (
        exp.select(*public).from_(table(name)).order_by(*(column(key) for key in sidecar.key if key in sidecar.columns))
    )


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
