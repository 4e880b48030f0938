"""Splink on DuckDB: where its tables go while it works, and what it reads.

What belongs here: see `resources.warehouse.Linking`. What does not: which calls are made (`resources.linker`).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
from splink import DuckDBAPI

SCRATCH = "linkage_scratch"


class DuckDBLinking:
    """Splink's tables go to a database in memory beside the warehouse, which is dropped with them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, warehouse: str) -> None:
        self._connection = connection
        self._warehouse = warehouse
        self.api = DuckDBAPI(connection=connection)

    def settings(self, settings: dict[str, Any]) -> dict[str, Any]:
        """They are written for DuckDB."""
        return settings

    def register(self, name: str, table: str, columns: Sequence[str] = ()) -> Any:
        """A view of the table, as Splink has it."""
        self._connection.execute(f"create view {name} as select {', '.join(columns) or '*'} from {self._place(table)}")
        return self.api.register(name)

    def register_frequencies(self, column: str, records: str) -> Any:
        """The frozen frequencies of a column's values; of staged records, which may be few, no others are joined."""
        held = f" and value in (select {column} from {self._place(records)})" if "." not in records else ""
        self._connection.execute(
            f"create view tf_{column} as select value as {column}, frequency as tf_{column} "
            f"from {self._warehouse}.identity.term_frequencies where attribute = '{column}'{held}"
        )
        return self.api.register(f"tf_{column}")

    def _place(self, table: str) -> str:
        return f"{self._warehouse if '.' in table else 'temp'}.{table}"

    def keep(self, pairs: Any, columns: tuple[str, ...], into: str) -> None:
        """A temporary table of Splink's pairs."""
        self._connection.execute(
            f"create or replace temp table {into} as select {', '.join(columns)} from {pairs.physical_name}"
        ).fetchall()

    def rows(self, pairs: Any) -> list[dict[str, Any]]:
        """The pairs, in the order of their records."""
        found = self._connection.sql(f"from {pairs.physical_name} order by record_no_l, record_no_r")
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


@contextmanager
def duckdb_linking(connection: duckdb.DuckDBPyConnection, define_macros: Callable[[], None]) -> Iterator[DuckDBLinking]:
    """Splink's database beside the warehouse, with the macros, for as long as it works."""
    warehouse = '"' + str(connection.execute("select current_database()").fetchall()[0][0]) + '"'
    connection.execute(f"attach ':memory:' as {SCRATCH} (read_write)")
    try:
        connection.execute(f"use {SCRATCH}")
        define_macros()
        yield DuckDBLinking(connection, warehouse)
    finally:
        connection.execute(f"use {warehouse}")
        connection.execute(f"detach {SCRATCH}")
