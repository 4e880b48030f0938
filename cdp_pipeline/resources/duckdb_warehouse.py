"""The embedded warehouse: DuckDB in one file, one writing process at a time."""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from dagster_duckdb import DuckDBResource
from sqlglot import exp

from cdp_pipeline.config.reference import Reference, load_reference
from cdp_pipeline.config.sidecar import LAYERS
from cdp_pipeline.domain.clustering import components, numbered
from cdp_pipeline.domain.expressions import array, column, literal, named, no_rows, sql_of, union_all
from cdp_pipeline.domain.expressions import table as table_ref
from cdp_pipeline.domain.transliteration import in_latin_letters
from cdp_pipeline.resources.duckdb_linking import duckdb_linking
from cdp_pipeline.resources.warehouse import BUILDING, Also, Audit, Linking, Reader, Rows, WarehouseError, nothing_else
from cdp_pipeline.settings import Settings

MACROS = Path(__file__).parent.parent / "sql" / "macros.sql"
REWRITTEN = "rewritten"
BATCH = 100_000
"""Rows that a function is given at once."""
LOCK_PATIENCE_SECONDS = 900
OF_NO_ORDER = ("profile_id", "household_id")
STORED_PLAIN = " using compression uncompressed"
"""Ids are letters in no order. To look for what they have in common takes longer than all else of writing a table,
and makes them a third smaller: they are stored as they are."""
COPY_OPTIONS = {".csv": "format csv, header", ".jsonl": "format json", ".parquet": "format parquet"}


class DuckDBSession:
    """A session on an open DuckDB connection (see `resources.warehouse.Session`)."""

    engine = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection, seeds: Path) -> None:
        self._connection = connection
        self._seeds = seeds
        self._in_transaction = False

    def replace_table(self, table: str, query: Rows, audit: Audit, also: Also = nothing_else) -> int:
        """Build `<table>__building`, audit it, rename it into place in one transaction."""
        rows = self._build(table, query, audit)
        with self.in_one_step():
            self._drop(table_ref(table))
            self._rename_building(table)
            also()
        return rows

    def replace_slice(self, table: str, query: Rows, where: exp.Expr, audit: Audit, also: Also = nothing_else) -> int:
        """Build the slice beside, audit it, then delete and insert in one transaction.

        Columns that only the new slice has are added to the table; those it lacks stay null.
        """
        rows = self._build(table, query, audit)
        known = self.columns(table)
        with self.in_one_step():
            also()
            if not known:
                self._rename_building(table)
                return rows
            for name, kind in self.columns(table + BUILDING).items():
                if name not in known:
                    self._add_column(table, name, kind)
            self._connection.execute(f"delete from {sql_of(table_ref(table))} where {sql_of(where)}").fetchall()
            self._connection.execute(
                f"insert into {sql_of(table_ref(table))} by name from {sql_of(table_ref(table + BUILDING))}"
            ).fetchall()
            self._drop(table_ref(table + BUILDING))
        return rows

    def append(self, table: str, query: exp.Expr) -> int:
        """Insert by name; the table must exist."""
        return int(
            self._connection.execute(f"insert into {sql_of(table_ref(table))} by name {sql_of(query)}").fetchall()[0][0]
        )

    def delete(self, table: str, where: exp.Expr) -> None:
        """Delete in one statement."""
        self._connection.execute(f"delete from {sql_of(table_ref(table))} where {sql_of(where)}").fetchall()

    def stage(self, name: str, query: exp.Expr) -> None:
        """Create or replace a temporary table."""
        self._connection.execute(
            f"create or replace temp table {sql_of(table_ref(name))} as {sql_of(query)}"
        ).fetchall()

    def stage_rows(self, name: str, columns: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Create a temporary table of the given types and insert the rows, bound."""
        content = {column: [row[place] for row in rows] for place, column in enumerate(columns)}
        arrow = pa.table(
            {column: pa.array([_text(v) for v in values], pa.string()) for column, values in content.items()}
        )
        self._stage_relation(name, arrow, columns)

    def stage_arrays(self, name: str, arrays: dict[str, Any]) -> None:
        """Create a temporary table of numpy columns."""
        self._stage_relation(name, pa.table(arrays), None)

    def stage_arrow(self, name: str, content: pa.Table) -> None:
        """Create a temporary table of an Arrow table."""
        self._stage_relation(name, content, None)

    def _stage_relation(self, name: str, content: pa.Table, types: dict[str, str] | None) -> None:
        view = f"{name}__arrow"
        self._connection.register(view, content)
        columns: dict[str, exp.Expr] = {c: exp.column(c, quoted=True) for c in content.column_names}
        if types:
            columns = {c: exp.cast(value, types[c], dialect="duckdb") for c, value in columns.items()}
        selected = [exp.alias_(value, c, quoted=True) for c, value in columns.items()]
        self.stage(name, exp.select(*selected).from_(exp.table_(view, quoted=True)))
        self._connection.unregister(view)

    def rows_of_files(self, readers: Sequence[Reader], types: Mapping[str, str], scratch: Path) -> exp.Query:
        """The union of the readers' queries."""
        parts = [reader(self, scratch) for reader in readers]
        return union_all(parts or [no_rows(dict(types))])

    def append_mapped(self, table: str, query: exp.Query, mapped: Callable[[pa.Table], pa.Table]) -> int:
        """By batches of a temporary table: one connection can't be read and written at once."""
        numbered = exp.select("*", named(exp.Window(this=exp.func("row_number")), "_no"))
        self.stage("unmapped", numbered.from_(query.subquery("new")))
        total, names = int(self.rows(exp.select("count(*)").from_("unmapped"))[0][0]), list(self.columns(table))
        for start in range(0, total, BATCH):
            within = exp.Between(this=column("_no"), low=literal(start + 1), high=literal(start + BATCH))
            batch = exp.select(exp.Star(except_=[exp.to_identifier("_no")])).from_("unmapped").where(within)
            self.stage_arrow("mapped", mapped(self._connection.sql(sql_of(batch)).to_arrow_table()).select(names))
            self.append(table, exp.select("*").from_("mapped"))
        return total

    def stage_grouped(
        self, name: str, query: exp.Query, by: str, made: Callable[[pa.Table], pa.Table], types: Mapping[str, str]
    ) -> None:
        """All groups at once."""
        self._stage_relation(name, made(self._connection.sql(sql_of(query)).to_arrow_table()), dict(types))

    def components(self, name: str, nodes: exp.Query, links: exp.Query) -> None:
        """By scipy, over arrays of the nodes that have a link; the others are components of their own."""
        ends = self.arrays(links)
        linked, left, right = numbered(ends["node_l"], ends["node_r"])
        found = linked[components(len(linked), left, right)]
        self.stage_arrays("linked", {"node": linked, "component": found})
        own = exp.Coalesce(this=column("component", "linked"), expressions=[column("node", "nodes")])
        self.stage(
            name,
            exp.select(column("node", "nodes"), named(own, "component"))
            .from_(nodes.subquery("nodes"))
            .join("linked", on="nodes.node = linked.node", join_type="left"),
        )

    def export_parquet(self, query: exp.Expr, path: Path) -> None:
        """COPY to a temporary name, mode 0644 (it holds no direct identifiers), then rename."""
        self._export(query, path, COPY_OPTIONS[".parquet"], 0o644)

    def export_private(self, query: exp.Expr, path: Path) -> None:
        """COPY in the form that the suffix names (.csv, .jsonl, .parquet), mode 0600, then rename."""
        self._export(query, path, COPY_OPTIONS[path.suffix], 0o600)

    def _export(self, query: exp.Expr, path: Path, options: str, mode: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        target = exp.Literal.string(str(partial)).sql("duckdb")
        self._connection.execute(f"copy ({sql_of(query)}) to {target} ({options}, use_tmp_file false)").fetchall()
        partial.chmod(mode)
        partial.replace(path)

    def rows(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """All rows, fetched."""
        return self._connection.execute(sql_of(query)).fetchall()

    def arrays(self, query: exp.Expr) -> dict[str, Any]:
        """All columns, as numpy arrays."""
        return dict(self._connection.execute(sql_of(query)).fetchnumpy())

    def columns(self, table: str) -> dict[str, str]:
        """Columns of a table in order, with DuckDB's type names."""
        try:
            described = self._connection.execute(f"describe {sql_of(table_ref(table))}").fetchall()
        except duckdb.CatalogException:
            return {}
        return {str(row[0]): str(row[1]) for row in described}

    def tables(self) -> list[str]:
        """All tables, as `layer.table`."""
        found = self._connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where database_name = current_database() order by all"
        )
        return [str(row[0]) for row in found.fetchall()]

    def rewrite(self, path: Path, changed: Mapping[str, exp.Query]) -> None:
        """Write every table to a new database file: as its query in `changed` has it, else as it is.

        What DuckDB deletes stays in the file's free blocks; what is not written to a new one is gone.
        """
        path.unlink(missing_ok=True)
        self._connection.execute(f"attach {sql_of(exp.Literal.string(str(path)))} as {REWRITTEN}")
        try:
            for layer in sorted({name.partition(".")[0] for name in self.tables()}):
                self._connection.execute(f"create schema if not exists {REWRITTEN}.{sql_of(exp.to_identifier(layer))}")
            for name in self.tables():
                query = changed.get(name) or exp.select("*").from_(table_ref(name))
                target = table_ref(name)
                target.set("catalog", exp.to_identifier(REWRITTEN, quoted=True))
                self._create(target, query)
                self._connection.execute(f"insert into {sql_of(target)} {sql_of(query)}").fetchall()
            self._connection.execute(f"checkpoint {REWRITTEN}")
        finally:
            self._connection.execute(f"detach {REWRITTEN}")

    def sharing(self) -> duckdb.DuckDBPyConnection:
        """A cursor on the same database; it sees what is committed."""
        return self._connection.cursor()

    def own(self) -> duckdb.DuckDBPyConnection:
        """The connection itself, for what only this engine has."""
        return self._connection

    @contextmanager
    def in_one_step(self) -> Iterator[None]:
        """One transaction, also around those of single tables; inside another one it is part of it."""
        if self._in_transaction:
            yield
            return
        self._connection.begin()
        self._in_transaction = True
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        else:
            self._connection.commit()
        finally:
            self._in_transaction = False

    def linking(self) -> AbstractContextManager[Linking]:
        """Splink on this connection."""
        return duckdb_linking(self._connection, lambda: _define_macros(self._connection, load_reference(self._seeds)))

    def _build(self, table: str, query: Rows, audit: Audit) -> int:
        building = table + BUILDING
        self._drop(table_ref(building))
        rows = 0
        try:
            for place, part in enumerate((query,) if isinstance(query, exp.Expr) else query):
                if not place:
                    self._create(table_ref(building), part)
                rows += self.append(building, part)
            audit(building)
        except BaseException:
            self._drop(table_ref(building))
            raise
        return rows

    def _create(self, table: exp.Table, query: exp.Expr) -> None:
        """An empty table for the rows of a query."""
        columns = self._connection.execute(f"describe {sql_of(query)}").fetchall()
        defined = (
            f"{sql_of(exp.to_identifier(name, quoted=True))} {kind}{STORED_PLAIN if name in OF_NO_ORDER else ''}"
            for name, kind, *_ in columns
        )
        self._connection.execute(f"create table {sql_of(table)} ({', '.join(defined)})").fetchall()

    def _rename_building(self, table: str) -> None:
        plain = exp.to_identifier(table.rpartition(".")[2], quoted=True)
        self._connection.execute(
            f"alter table {sql_of(table_ref(table + BUILDING))} rename to {sql_of(plain)}"
        ).fetchall()

    def _add_column(self, table: str, name: str, kind: str) -> None:
        column = sql_of(exp.to_identifier(name, quoted=True))
        self._connection.execute(f"alter table {sql_of(table_ref(table))} add column {column} {kind}").fetchall()

    def _drop(self, table: exp.Table) -> None:
        self._connection.execute(f"drop table if exists {sql_of(table)}").fetchall()


class DuckDBWarehouse(DuckDBResource):  # type: ignore[misc]
    """DuckDB as the warehouse; `seeds` is where the macros' reference tables lie."""

    seeds: str

    @classmethod
    def of(cls, settings: Settings) -> "DuckDBWarehouse":
        """The warehouse of a deployment."""
        return cls(
            database=str(settings.warehouse),
            seeds=str(settings.seeds),
            connection_config={
                "threads": settings.threads,
                "memory_limit": settings.memory_limit,
                "temp_directory": str(settings.warehouse.parent / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )

    @contextmanager
    def get_connection(self, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """An open connection that is closed whatever happens; waits while another process writes."""
        if self.database != ":memory:":
            Path(self.database).parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(self.database, dict(self.connection_config), read_only)
        try:
            connection.execute("set global TimeZone = 'UTC'")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def session(self, read_only: bool = False) -> Iterator[DuckDBSession]:
        """A session with layers and macros in place."""
        with self.get_connection(read_only) as connection:
            _prepare(connection, Path(self.seeds), read_only)
            yield DuckDBSession(connection, Path(self.seeds))

    @contextmanager
    def rewriting(self, session: DuckDBSession, changed: Mapping[str, exp.Query]) -> Iterator[DuckDBSession]:
        """A new database file, which takes the place of the other."""
        database = Path(self.database)
        fresh = database.with_name(f".{database.name}.rewritten")
        session.rewrite(fresh, changed)
        with self.model_copy(update={"database": str(fresh)}).session() as successor:
            yield successor
        fresh.replace(database)


def _connect(database: str, config: dict[str, Any], read_only: bool) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while True:
        try:
            return duckdb.connect(database, read_only=read_only, config=config)
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise WarehouseError(f"{database}: can't be opened: {error}") from None
            if time.monotonic() > deadline:
                raise WarehouseError(
                    f"{database}: another process has been writing for {LOCK_PATIENCE_SECONDS} s; "
                    "wait for its run to end, or end it, then try again"
                ) from None
            time.sleep(0.2)


def _prepare(connection: duckdb.DuckDBPyConnection, seeds: Path, read_only: bool) -> None:
    """Create layers and macros, unless the database has them as they are today."""
    reference = load_reference(seeds)
    known_by = f"{LAYERS}{reference}{MACROS.read_text()}"
    digest = hashlib.md5(known_by.encode(), usedforsecurity=False).hexdigest()
    try:
        known = connection.execute("select macros_digest()").fetchall()[0][0]
    except duckdb.CatalogException:
        known = None
    connection.create_function("transliterate", in_latin_letters, ["VARCHAR"], "VARCHAR")
    if known == digest or read_only:
        return
    for layer in LAYERS:
        connection.execute(f"create schema if not exists {layer}")
    _define_macros(connection, reference)
    connection.execute(f"create or replace macro macros_digest() as {sql_of(exp.Literal.string(digest))}")


def _define_macros(connection: duckdb.DuckDBPyConnection, reference: Reference) -> None:
    for name, argument, body in (
        ("placeholder_values", "", array(reference.placeholders)),
        ("country_code", "name", _lookup(reference.countries, "name")),
        ("given_name_form", "name", _lookup(reference.given_names, "name")),
    ):
        connection.execute(f"create or replace macro {name}({argument}) as {sql_of(body)}")
    connection.execute(MACROS.read_text(encoding="utf-8"))


def _lookup(content: dict[str, str], argument: str) -> exp.Expr:
    keys, values = array(content), array(content.values())
    return exp.Bracket(this=exp.Map(keys=keys, values=values), expressions=[exp.column(argument)])


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def read_embedded(reader: Reader, seeds: str) -> Iterator[pa.RecordBatch]:
    """The rows of a reader, from an embedded database of their own."""
    with (
        tempfile.TemporaryDirectory(prefix="cdp_") as scratch,
        DuckDBWarehouse(database=":memory:", seeds=seeds).session() as session,
    ):
        query = reader(session, Path(scratch))
        content: pa.Table = session.own().sql(sql_of(query)).to_arrow_table()
        yield from content.to_batches()
