"""What stands in each table of the warehouse on Spark: parts, which never change, and one manifest that names them.

A part is a folder of Parquet files. Whatever a run changes is written as new parts; the manifest is replaced as a
whole, so that a table, a day of it, or several tables change in one step, and a run that is killed changes nothing.
(Spark's own ways lose the table where a job fails, or leave an old day where the new one is empty.)
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import groupby
from typing import Any
from uuid import uuid4

import fsspec
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as sf
from pyspark.sql.types import ArrayType, DataType, DecimalType, MapType, StructType

from cdp_pipeline.resources.warehouse import WarehouseError
from cdp_pipeline.sql.spark import spark_schema, view_name

MANIFEST = "manifest.json"
SCRATCH = "scratch"
LOG = "_delta_log"
"""The folder beside a table's parts that makes them one of Delta Lake (`resources.spark_catalog`)."""
MOST_PARTS = 64
KEPT = timedelta(days=1)
"""How long parts stay that no table has any more."""
PLAIN = {
    "string": "VARCHAR", "bigint": "BIGINT", "int": "INTEGER", "smallint": "SMALLINT", "tinyint": "TINYINT", "double": "DOUBLE",
    "float": "FLOAT", "boolean": "BOOLEAN", "date": "DATE", "timestamp_ntz": "TIMESTAMP", "timestamp": "TIMESTAMP WITH TIME ZONE",
    "binary": "BLOB", "void": "VARCHAR",
}  # fmt: skip

WHOLE = {38: "HUGEINT", 20: "UBIGINT"}
"""Whole numbers that Spark has as decimals of so many digits."""


@dataclass(frozen=True)
class Part:
    """Rows that were written together: where, how many, and their columns with DuckDB's types."""

    path: str
    rows: int
    columns: dict[str, str]


def _shown_to_nobody(tables: Mapping[str, Sequence[Part]]) -> None:
    """The tables as committed are the pipeline's alone."""


class SparkTables:
    """The tables below `location`, a folder or bucket that driver and executors reach; `follow` is told what is committed."""

    def __init__(
        self,
        spark: SparkSession,
        location: str,
        follow: Callable[[Mapping[str, Sequence[Part]]], None] = _shown_to_nobody,
    ) -> None:
        self._spark = spark
        self._follow = follow
        self._files, self._root = fsspec.core.url_to_fs(location)
        self._location = location.rstrip("/")
        self._session = uuid4().hex
        self._known: dict[str, list[Part]] = {}
        self._written: dict[str, set[str]] = {}
        self._manifest = b""
        self._shown: dict[str, tuple[Part, ...]] = {}
        self.forget()

    def parts(self, table: str) -> list[Part]:
        """Its parts, in the order of their writing; none where it does not exist."""
        return self._known.get(table, [])

    def names(self) -> list[str]:
        """All tables."""
        return sorted(self._known)

    def columns(self, table: str) -> dict[str, str]:
        """Columns of all parts in the order in which they came; empty where the table does not exist."""
        return all_columns(self.parts(table))

    def put(self, table: str, parts: Iterable[Part]) -> None:
        """Let these parts be the table, once the step is committed."""
        self._known[table] = self._merged(table, list(parts))

    def drop(self, table: str) -> None:
        """Take the table away, once the step is committed."""
        self._known.pop(table, None)

    def commit(self) -> None:
        """Replace the manifest in one step; raises WarehouseError where another run did so since it was read."""
        if self._read() != self._manifest:
            raise WarehouseError(f"{self._location}: another run has changed tables meanwhile; run this one again")
        self._manifest = json.dumps(as_plain(self._known), indent=0).encode()
        partial = f"{self._root}/.{MANIFEST}.{self._session}"
        self._files.makedirs(self._root, exist_ok=True)
        self._files.pipe_file(partial, self._manifest)
        self._files.mv(partial, f"{self._root}/{MANIFEST}")
        self._follow(self._known)

    def forget(self) -> None:
        """Go back to what was committed."""
        self._manifest = self._read()
        found = json.loads(self._manifest or b"{}")
        self._known = {name: [Part(**part) for part in parts] for name, parts in found.items()}

    def _read(self) -> bytes:
        path = f"{self._root}/{MANIFEST}"
        return bytes(self._files.cat_file(path)) if self._files.exists(path) else b""

    def write(self, table: str, frame: DataFrame) -> Part:
        """Write the rows as a part; the executors do."""
        folder, name = table.replace(".", "/"), uuid4().hex
        self._written.setdefault(folder, set()).add(name)
        return self.write_at(f"{self._location}/{folder}/{name}", frame)

    def write_at(self, path: str, frame: DataFrame) -> Part:
        """Write the rows there; the executors do."""
        observed = Observation()
        frame.observe(observed, sf.count(sf.lit(1)).alias("rows")).write.parquet(path)
        return Part(path, int(observed.get["rows"]), columns_of(frame.schema))

    def scratch(self, name: str) -> str:
        """A new path for what the session alone needs."""
        return f"{self._location}/{SCRATCH}/{self._session}/{name}.{uuid4().hex}"

    def show(self, table: str) -> None:
        """Make a view of the table, unless there is one of these parts."""
        parts = tuple(self.parts(table))
        if self._shown.get(table) != parts:
            self.frame(parts).createOrReplaceTempView(view_name(table))
            self._shown[table] = parts

    def frame(self, parts: Iterable[Part]) -> DataFrame:
        """The rows of parts; columns that some lack are null there."""
        frames = []
        for columns, alike in groupby(parts, key=lambda part: part.columns):
            frames.append(self._spark.read.schema(spark_schema(columns)).parquet(*(part.path for part in alike)))
        return reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), frames)

    def close(self) -> None:
        """Delete what the session alone needed, and of the tables that it wrote the parts that none has any more.

        Its own at once, others after a day: somebody may still read them, and another session may be about to commit.
        """
        self._delete(f"{self._root}/{SCRATCH}/{self._session}")
        kept = {last_name(part["path"]) for parts in json.loads(self._read() or b"{}").values() for part in parts}
        for folder, written in self._written.items():
            for part in self._files.ls(f"{self._root}/{folder}", detail=False):
                if last_name(part) not in {*kept, LOG} and (last_name(part) in written or self._is_old(part)):
                    self._delete(part)

    def purge(self) -> None:
        """Delete all parts that no table has, and what other sessions left behind: nothing else may write meanwhile."""
        kept = {last_name(part.path) for parts in self._known.values() for part in parts} | {self._session, LOG}
        for layer in self._folders(self._root):
            for place in self._folders(layer):
                for folder in [place] if last_name(layer) == SCRATCH else self._folders(place):
                    if last_name(folder) not in kept:
                        self._delete(folder)

    def _folders(self, path: str) -> list[str]:
        return [found["name"] for found in self._files.ls(path, detail=True) if found["type"] == "directory"]

    def _is_old(self, folder: str) -> bool:
        files = self._files.find(folder)
        return not files or self._files.modified(files[0]) < datetime.now(UTC) - KEPT

    def _delete(self, folder: str) -> None:
        if self._files.exists(folder):
            self._files.rm(folder, recursive=True)

    def _merged(self, table: str, parts: list[Part]) -> list[Part]:
        """One part in the place of too many: each is a file to open whenever the table is read."""
        return parts if len(parts) <= MOST_PARTS else [self.write(table, self.frame(parts))]


def as_plain(tables: Mapping[str, Sequence[Part]]) -> dict[str, list[dict[str, Any]]]:
    """Tables with their parts, in the order of their names, as JSON has them."""
    return {name: [asdict(part) for part in parts] for name, parts in sorted(tables.items())}


def all_columns(parts: Iterable[Part]) -> dict[str, str]:
    """Columns of all parts in the order in which they came."""
    return {name: kind for part in parts for name, kind in part.columns.items()}


def last_name(path: str) -> str:
    """The name of a file or folder."""
    return path.rsplit("/", 1)[-1]


def columns_of(schema: StructType) -> dict[str, str]:
    """Columns with DuckDB's types."""
    return {field.name: duckdb_type(field.dataType) for field in schema}


def duckdb_type(kind: DataType) -> str:
    """DuckDB's name of a type of Spark."""
    if isinstance(kind, ArrayType):
        return f"{duckdb_type(kind.elementType)}[]"
    if isinstance(kind, MapType):
        return f"MAP({duckdb_type(kind.keyType)}, {duckdb_type(kind.valueType)})"
    if isinstance(kind, StructType):
        fields = ", ".join(f'"{field.name}" {duckdb_type(field.dataType)}' for field in kind)
        return f"STRUCT({fields})"
    if isinstance(kind, DecimalType) and kind.scale == 0 and kind.precision in WHOLE:
        return WHOLE[kind.precision]
    if isinstance(kind, DecimalType):
        return f"DECIMAL({kind.precision},{kind.scale})"
    return PLAIN[kind.simpleString()]
