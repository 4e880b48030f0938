"""The warehouse on Apache Spark: the same tables as Parquet files that all executors reach, one writing run at a time.

What belongs here: sessions (see `resources.warehouse.Session`) on a Spark cluster, or on threads of one machine.
What does not: what stands in which table (`resources.spark_tables`), and the SQL (`sql.spark`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from dagster import ConfigurableResource
from pyspark.sql import DataFrame, SparkSession
from sqlglot import exp

from cdp_pipeline.config.deployment import SparkConfig
from cdp_pipeline.domain.expressions import column, named, sql_of
from cdp_pipeline.resources.duckdb_warehouse import read_embedded
from cdp_pipeline.resources.spark_catalog import SparkCatalog
from cdp_pipeline.resources.spark_connection import connected
from cdp_pipeline.resources.spark_linking import SparkLinking
from cdp_pipeline.resources.spark_tables import Part, SparkTables, columns_of
from cdp_pipeline.resources.warehouse import BUILDING, Also, Audit, Reader, Rows, nothing_else
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline.sql.spark import name_of, spark_schema, spark_sql, spark_type, tables_asked

SLICED = "sliced__rows"
REFERENCE = "reference__file_"
FILES = "files__rows"
MAPPED = "mapped__rows"
FILE = "__file"


class SparkTablesSession:
    """A session on Spark (see `resources.warehouse.Session`)."""

    engine = "spark"

    def __init__(self, spark: SparkSession, tables: SparkTables, seeds: str) -> None:
        self.spark = spark
        self.seeds = seeds
        self._tables = tables
        self._staged: dict[str, dict[str, str]] = {}
        self._in_step = False

    def replace_table(self, table: str, query: Rows, audit: Audit, also: Also = nothing_else) -> int:
        """Write new parts, audit them, and let them be the table in one step."""
        parts = self._built(table, query, audit)
        with self.in_one_step():
            self._tables.put(table, parts)
            also()
        return sum(part.rows for part in parts)

    def replace_slice(self, table: str, query: Rows, where: exp.Expr, audit: Audit, also: Also = nothing_else) -> int:
        """Write new parts and audit them; of the old ones those stay that hold no row of the slice, others are written anew."""
        parts = self._built(table, query, audit)
        with self.in_one_step():
            also()
            self._tables.put(table, [*self._without(table, where), *parts])
        return sum(part.rows for part in parts)

    def append(self, table: str, query: exp.Expr) -> int:
        """Add a part; columns that the query lacks are null. A staged table is staged anew."""
        if "." not in table:
            return self._append_staged(table, query)
        part = self._tables.write(table, self.frame(query))
        with self.in_one_step():
            self._tables.put(table, [*self._tables.parts(table), part])
        return part.rows

    def _append_staged(self, table: str, query: exp.Expr) -> int:
        added, path = self._tables.write_at(self._tables.scratch(table), self.frame(query)), self._tables.scratch(table)
        whole = self.spark.table(table).unionByName(self._tables.frame([added]), allowMissingColumns=True)
        whole.write.parquet(path)
        self._show(table, self.spark.read.schema(whole.schema).parquet(path))
        return added.rows

    def delete(self, table: str, where: exp.Expr) -> None:
        """Write the parts anew that hold such rows."""
        with self.in_one_step():
            self._tables.put(table, self._without(table, where))

    @contextmanager
    def in_one_step(self) -> Iterator[None]:
        """One change of the manifest; inside another one it is part of it."""
        if self._in_step:
            yield
            return
        self._in_step = True
        try:
            yield
            self._tables.commit()
        except BaseException:
            self._tables.forget()
            raise
        finally:
            self._in_step = False

    @contextmanager
    def rewriting(self, changed: Mapping[str, exp.Query]) -> Iterator[None]:
        """The tables made of their queries, until and with the end of the step; then parts go that no table has."""
        parts = {name: self._tables.write(name, self.frame(query)) for name, query in changed.items()}
        with self.in_one_step():
            for name, part in parts.items():
                self._tables.put(name, [part])
            yield
        self._tables.purge()

    def stage(self, name: str, query: exp.Expr) -> None:
        """Write the result for this session, unless it is made of literals alone."""
        frame = self.frame(query)
        if any(query.find_all(exp.Table)):
            self._keep(name, frame)
        else:
            self._show(name, frame)

    def stage_rows(self, name: str, columns: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
        """A frame of texts, cast to the types."""
        texts = [tuple(None if value is None else str(value) for value in row) for row in rows]
        frame = self.spark.createDataFrame(texts, ", ".join(f"`{name}` string" for name in columns))
        self._show(
            name, frame.selectExpr(*(f"cast(`{c}` as {spark_type(kind)}) as `{c}`" for c, kind in columns.items()))
        )

    def stage_arrays(self, name: str, arrays: dict[str, Any]) -> None:
        """As `stage_arrow`."""
        self.stage_arrow(name, pa.table(arrays))

    def stage_arrow(self, name: str, content: pa.Table) -> None:
        """A frame of the Arrow table."""
        self._show(name, self.spark.createDataFrame(content))

    def rows_of_files(self, readers: Sequence[Reader], types: Mapping[str, str], scratch: Path) -> exp.Query:
        """Each file is read by one executor, with the embedded engine, whose readers tell what can't be read."""
        schema = spark_schema(types)
        seeds, places = self.seeds, [(place,) for place in range(len(readers))]
        asked = self.spark.createDataFrame(places, "place int").repartition(max(len(readers), 1), "place")

        def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            """The rows of the files of these places."""
            for batch in batches:
                for place in batch.column("place").to_pylist():
                    yield from read_embedded(readers[place], seeds)

        self._keep(FILES, asked.mapInArrow(read, schema))
        return exp.select("*").from_(FILES)

    def append_mapped(self, table: str, query: exp.Query, mapped: Callable[[pa.Table], pa.Table]) -> int:
        """The function runs in the executors."""
        schema = spark_schema(self.columns(table))
        names = list(self.columns(table))

        def of_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            """What the function makes of each batch."""
            for batch in batches:
                yield from mapped(pa.Table.from_batches([batch])).select(names).to_batches()

        self._show(MAPPED, self.frame(query).mapInArrow(of_batches, schema))
        return self.append(table, exp.select("*").from_(MAPPED))

    def stage_grouped(
        self, name: str, query: exp.Query, by: str, made: Callable[[pa.Table], pa.Table], types: Mapping[str, str]
    ) -> None:
        """The groups of a partition at once, in the executors."""
        schema = spark_schema(types)

        def of_partition(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            """What the function makes of all rows of the partition."""
            if rows := list(batches):
                yield from made(pa.Table.from_batches(rows)).select(list(types)).to_batches()

        self._keep(name, self.frame(query).repartition(by).mapInArrow(of_partition, schema))

    def components(self, name: str, nodes: exp.Query, links: exp.Query) -> None:
        """By Splink, as joins."""
        with self.linking() as linking:
            self._keep(name, linking.components(self.frame(nodes), self.frame(links)))

    def export_private(self, query: exp.Expr, path: Path) -> None:
        """One file, written by an executor, mode 0600."""
        self._export(query, path, 0o600)

    def export_parquet(self, query: exp.Expr, path: Path) -> None:
        """One file, written by an executor, mode 0644."""
        self._export(query, path, 0o644)

    def _export(self, query: exp.Expr, path: Path, mode: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = path.with_name(f".{path.name}.partial")
        writer = self.frame(query).coalesce(1).write.mode("overwrite")
        if path.suffix == ".csv":
            writer.csv(str(folder), header=True, escape='"', emptyValue='""')
        elif path.suffix == ".jsonl":
            writer.json(str(folder), ignoreNullFields=False)
        else:
            writer.parquet(str(folder))
        (written,) = folder.glob("part-*")
        written.chmod(mode)
        written.replace(path)
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()

    def rows(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """All rows, collected: for small results."""
        return [tuple(row) for row in self.frame(query).collect()]

    def arrays(self, query: exp.Expr) -> dict[str, Any]:
        """All columns, as numpy arrays."""
        content = self.frame(query).toArrow()
        return {name: content.column(name).to_numpy() for name in content.column_names}

    def tables(self) -> list[str]:
        """All tables, as `layer.table`."""
        return self._tables.names()

    def columns(self, table: str) -> dict[str, str]:
        """Columns in order, with DuckDB's type names; empty where the table does not exist."""
        return self._tables.columns(table) if "." in table else dict(self._staged.get(table, {}))

    def sharing(self) -> "SparkTablesSession":
        """The session itself, which gives frames."""
        return self

    def frame(self, query: exp.Expr) -> DataFrame:
        """The rows of a query."""
        return self.spark.sql(self.sql(query))

    @contextmanager
    def linking(self) -> Iterator[SparkLinking]:
        """Splink on this session; what it kept in memory is let go."""
        try:
            yield SparkLinking(self.spark, self.frame, self._show, self._tables.scratch("splink"))
        finally:
            self.spark.catalog.clearCache()

    def sql(self, query: exp.Expr) -> str:
        """The query as Spark's text, the views that it reads in place."""
        schemas = {}
        query = parse(sql_of(query))  # a tree that was built may hold what none that is read does
        for place, found in enumerate(tables_asked(query)):
            if isinstance(found.this, exp.ReadCSV):
                self.stage_arrow(f"{REFERENCE}{place}", _content(found))
                found.set("this", exp.to_identifier(f"{REFERENCE}{place}"))
            name = name_of(found)
            if columns := self.columns(name):
                schemas[name] = columns
                if found.db:
                    self._tables.show(name)
        return spark_sql(query, schemas)

    def _keep(self, name: str, frame: DataFrame) -> None:
        path = self._tables.scratch(name)
        frame.write.parquet(path)
        self._show(name, self.spark.read.schema(frame.schema).parquet(path))

    def _show(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(name)
        self._staged[name] = columns_of(frame.schema)

    def _built(self, table: str, query: Rows, audit: Audit) -> list[Part]:
        queries = (query,) if isinstance(query, exp.Expr) else query
        parts = [self._tables.write(table, self.frame(part)) for part in queries]
        building = table + BUILDING
        self._tables.put(building, parts)
        try:
            audit(building)
        finally:
            self._tables.drop(building)
        return parts

    def _without(self, table: str, where: exp.Expr) -> list[Part]:
        """The table's parts without the rows that fulfil `where`."""
        parts = self._tables.parts(table)
        if not parts:
            return []
        hits = self._hits(parts, where)
        kept = [part for part in parts if not hits.get(part.path)]
        mixed = [part for part in parts if 0 < hits.get(part.path, 0) < part.rows]
        if mixed:
            self._show(SLICED, self._tables.frame(mixed))
            others = exp.not_(exp.func("coalesce", where.copy(), exp.false()))
            kept.append(self._tables.write(table, self.frame(exp.select("*").from_(SLICED).where(others))))
        if not kept:
            self._show(SLICED, self._tables.frame(parts))
            kept.append(self._tables.write(table, self.frame(exp.select("*").from_(SLICED).where(exp.false()))))
        return kept

    def _hits(self, parts: list[Part], where: exp.Expr) -> dict[str, int]:
        """How many rows of each part fulfil `where`, of those that have any."""
        self._show(SLICED, self._tables.frame(parts).selectExpr("*", f"_metadata.file_path as {FILE}"))
        counted = exp.select(column(FILE), named(exp.Count(this=exp.Star()), "hits")).from_(SLICED).where(where.copy())
        found: dict[str, int] = {}
        for file, hits in self.rows(counted.group_by(column(FILE))):
            path = next(part.path for part in parts if f"/{part.path.rsplit('/', 1)[-1]}/" in file)
            found[path] = found.get(path, 0) + hits
        return found


class SparkWarehouse(ConfigurableResource):  # type: ignore[type-arg]
    """Spark as the warehouse: `master` is a Spark master, or the address of Spark Connect (`sc://…`).

    `table_format` and `database` say how others see the tables (`resources.spark_catalog`).
    """

    master: str
    location: str
    seeds: str
    memory: str = "4GB"
    table_format: str = "parquet"
    database: str | None = None

    @classmethod
    def of(cls, settings: Settings, shown: SparkConfig) -> "SparkWarehouse":
        """The warehouse of a deployment."""
        return cls(
            master=settings.spark_master,
            location=settings.spark_location,
            seeds=str(settings.seeds),
            memory=settings.memory_limit,
            table_format=shown.table_format,
            database=shown.database,
        )

    @contextmanager
    def session(self, read_only: bool = False) -> Iterator[SparkTablesSession]:
        """A session with the macros in place."""
        spark = connected(self.master, Path(self.seeds), self.memory)
        catalog = SparkCatalog(spark, self.location, self.table_format, self.database)
        tables = SparkTables(spark, self.location, catalog.follow)
        try:
            yield SparkTablesSession(spark, tables, self.seeds)
        finally:
            if not read_only:
                tables.close()

    @contextmanager
    def rewriting(self, session: SparkTablesSession, changed: Mapping[str, exp.Query]) -> Iterator[SparkTablesSession]:
        """The same session: parts that the step takes away are deleted at its end."""
        with session.rewriting(changed):
            yield session


def _content(file: exp.Table) -> pa.Table:
    """A file of `seeds/reference/`, read here: it is configuration."""
    with duckdb.connect() as connection:
        return connection.sql(sql_of(exp.select("*").from_(file.copy()))).to_arrow_table()
