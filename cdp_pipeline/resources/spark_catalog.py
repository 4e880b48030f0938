"""What others find of the tables on Spark: tables of Delta Lake, and views in Spark's catalog.

The manifest (`resources.spark_tables`) is what the pipeline itself reads: several tables change in one step there.
What is written here follows it, a table at a time: a log beside the parts, which makes of them a table of Delta Lake
(by delta-rs: neither the driver nor the cluster needs a jar), and a view of the parts under a name of Spark's catalog.
Both name the parts, no row is written again.
"""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import fsspec
from deltalake import DeltaTable, Schema
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions
from pyspark.sql import SparkSession
from sqlglot import exp

from cdp_pipeline.domain.expressions import column, named, union_all
from cdp_pipeline.resources.spark_tables import LOG, Part, all_columns, as_plain, last_name
from cdp_pipeline.sql.spark import TARGET, spark_schema

SHOWN = "shown.json"


class SparkCatalog:
    """The tables below `location`, for readers outside the pipeline.

    `table_format` is `parquet` (parts alone) or `delta`; with a `database`, `<database>_<layer>.<table>` is a view.
    """

    def __init__(self, spark: SparkSession, location: str, table_format: str, database: str | None) -> None:
        self._spark = spark
        self._files, self._root = fsspec.core.url_to_fs(location)
        self._location = location.rstrip("/")
        self._has_logs = table_format == "delta"
        self._database = database

    def follow(self, tables: Mapping[str, Sequence[Part]]) -> None:
        """Show the tables as they are: those alone whose parts have changed since they were last shown.

        A run that is killed before the end leaves the rest to the next that changes any table.
        """
        path = f"{self._root}/{SHOWN}"
        before = json.loads(self._files.cat_file(path)) if self._files.exists(path) else {}
        asked = {"delta": self._has_logs, "database": self._database}
        if before and before["asked"] != asked:
            self._hide(before["asked"], before["tables"])
        if not self._has_logs and self._database is None:
            if before:
                self._files.rm_file(path)
            return
        now = as_plain(tables)
        was = before["tables"] if before and before["asked"] == asked else {}
        for name in sorted({*was, *now}):
            if was.get(name) != now.get(name):
                self._show(name, tables.get(name, ()))
        self._files.pipe_file(path, json.dumps({"asked": asked, "tables": now}).encode())

    def _hide(self, asked: Mapping[str, Any], tables: Iterable[str]) -> None:
        """Take away what was asked for before and is not any more: it would go on showing what stood then."""
        for table in tables:
            if asked["delta"] and not self._has_logs:
                self._unlog(table.replace(".", "/"))
            if asked["database"] not in (None, self._database):
                self._drop_view(_view_of(asked["database"], table))

    def _show(self, table: str, parts: Sequence[Part]) -> None:
        columns = all_columns(parts)
        if self._has_logs:
            self._log(table.replace(".", "/"), parts, columns)
        if self._database is not None:
            self._view(table, parts, columns)

    def _log(self, folder: str, parts: Sequence[Part], columns: Mapping[str, str]) -> None:
        """One commit of Delta Lake: the files of new parts come in, those of lost ones go; a new schema replaces the table."""
        place = f"{self._location}/{folder}"
        if not parts:
            self._unlog(folder)
            return
        schema = Schema.from_json(self._spark.createDataFrame([], spark_schema(columns)).schema.json())
        moment = int(time.time() * 1000)
        now = {path: size for part in parts for path, size in self._content(f"{folder}/{last_name(part.path)}").items()}
        standing = DeltaTable(place) if DeltaTable.is_deltatable(place) else None
        was = _logged(standing) if standing else {}
        if standing is None or (standing.schema() != schema and not was.keys() & now.keys()):
            added = [AddAction(path, size, {}, moment, True, "{}") for path, size in now.items()]
            create_table_with_add_actions(place, schema, added, mode="overwrite")
            return
        known = {field.name for field in standing.schema().fields}
        if fresh := [field for field in schema.fields if field.name not in known]:
            standing.alter.add_columns(fresh)
        changes: list[AddAction | RemoveAction] = [
            AddAction(path, size, {}, moment, True, "{}") for path, size in now.items() if path not in was
        ]
        changes += [RemoveAction(path, True, moment, size, {}) for path, size in was.items() if path not in now]
        standing.create_write_transaction(changes, mode="append", schema=standing.schema())

    def _unlog(self, folder: str) -> None:
        if self._files.exists(f"{self._root}/{folder}/{LOG}"):
            self._files.rm(f"{self._root}/{folder}/{LOG}", recursive=True)

    def _content(self, folder: str) -> dict[str, int]:
        """Sizes of a part's files, by their path below the table."""
        found = self._files.ls(f"{self._root}/{folder}", detail=True)
        sizes = {last_name(file["name"]): int(file["size"]) for file in found}
        return {f"{last_name(folder)}/{name}": size for name, size in sizes.items() if name.endswith(".parquet")}

    def _view(self, table: str, parts: Sequence[Part], columns: Mapping[str, str]) -> None:
        view = _view_of(str(self._database), table)
        if not parts:
            self._drop_view(view)
            return
        namespace = exp.Table(this=view.args["db"].copy(), db=view.args.get("catalog"))
        self._spark.sql(exp.Create(this=namespace, kind="SCHEMA", exists=True).sql(dialect=TARGET))
        rows = union_all([_rows_of(part, columns) for part in parts])
        self._spark.sql(exp.Create(this=view, kind="VIEW", replace=True, expression=rows).sql(dialect=TARGET))

    def _drop_view(self, view: exp.Table) -> None:
        self._spark.sql(exp.Drop(tables=[view], kind="VIEW", exists=True).sql(dialect=TARGET))


def _view_of(database: str, table: str) -> exp.Table:
    """The view of `layer.table`: of the catalog that the database names, else of the current one."""
    layer, _, name = table.partition(".")
    *catalog, namespace = f"{database}_{layer}".split(".")
    return exp.table_(name, db=namespace, catalog=catalog[0] if catalog else None, quoted=True)


def _rows_of(part: Part, columns: Mapping[str, str]) -> exp.Select:
    """The rows of a part with the columns of the table; those that it lacks are null."""
    read = [
        column(name) if name in part.columns else named(exp.cast(exp.null(), kind, dialect="duckdb"), name)
        for name, kind in columns.items()
    ]
    return exp.select(*read).from_(exp.table_(part.path, db="parquet", quoted=True))


def _logged(standing: DeltaTable) -> dict[str, int]:
    """Sizes of the files that a table of Delta Lake has, by their path below it."""
    found = standing.get_add_actions(flatten=True)
    return dict(zip(found.column("path").to_pylist(), found.column("size_bytes").to_pylist(), strict=True))
