"""The seam between assets and engine: what a table's builder may ask of a warehouse.

What belongs here: the protocol that every engine fulfils. What does not: any one engine.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from sqlglot import exp

Audit = Callable[[str], None]
"""Checks the table of this name before it takes its place; raises to refuse it."""

Rows = exp.Expr | Iterable[exp.Expr]
"""The rows of a query, or of one after another: each is asked for once those before are answered, and the first has
the columns and types of the table."""

BUILDING = "__building"
"""Ends the name that a table has while it is audited."""

Also = Callable[[], object]
"""Changes of further tables in the step that swaps a table; they are not audited."""


def unaudited(table: str) -> None:
    """The audit of a table that another place looks at."""


def nothing_else() -> None:
    """No further table changes."""


Reader = Callable[["Session", Path], exp.Query]
"""Gives the rows of a file, in an embedded session that has the macros, and with a folder for what is made on the way."""


class WarehouseError(Exception):
    """The warehouse can't do what was asked; the message says why and what to do."""


class Session(Protocol):
    """An open warehouse. Tables are named `layer.table`; queries are sqlglot trees in DuckDB's dialect."""

    def replace_table(self, table: str, query: Rows, audit: Audit, also: Also = nothing_else) -> int:
        """Build beside, audit, then swap in one step with what `also` does; returns the number of rows."""

    def replace_slice(self, table: str, query: Rows, where: exp.Expr, audit: Audit, also: Also = nothing_else) -> int:
        """Build the slice beside, audit it, then swap it for the rows that fulfil `where`; returns its rows."""

    def append(self, table: str, query: exp.Expr) -> int:
        """Add rows in one step; returns their number."""

    def delete(self, table: str, where: exp.Expr) -> None:
        """Take the rows that fulfil `where` out of a table in one step."""

    def in_one_step(self) -> AbstractContextManager[None]:
        """What is changed inside takes effect together, or not at all."""

    def stage(self, name: str, query: exp.Expr) -> None:
        """Keep a query's result under a plain name for this session only."""

    def stage_rows(self, name: str, columns: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Keep a few rows (configuration, decisions) under a plain name for this session only."""

    def stage_arrays(self, name: str, arrays: dict[str, Any]) -> None:
        """Keep numpy columns under a plain name for this session only."""

    def stage_arrow(self, name: str, content: Any) -> None:
        """Keep an Arrow table under a plain name for this session only."""

    def rows_of_files(self, readers: Sequence["Reader"], types: Mapping[str, str], scratch: Path) -> exp.Query:
        """The rows that readers of files give, with columns of these types; each file is read where the engine works."""

    def append_mapped(self, table: str, query: exp.Query, mapped: Callable[[pa.Table], pa.Table]) -> int:
        """Add to a table what a function makes of the query's rows, of its columns, batch by batch; returns their number."""

    def stage_grouped(
        self, name: str, query: exp.Query, by: str, made: Callable[[pa.Table], pa.Table], types: Mapping[str, str]
    ) -> None:
        """Stage what a function makes of a query's rows: columns of these types.

        The function is given rows of several groups (rows with the same value of `by`) at once, and of each all.
        """

    def components(self, name: str, nodes: exp.Query, links: exp.Query) -> None:
        """Stage to which connected component each node belongs (node, component: its smallest node).

        `nodes` (node) and `links` (node_l, node_r) hold whole numbers.
        """

    def export_private(self, query: exp.Expr, path: Path) -> None:
        """Write a query's rows in the form that the suffix names (.csv with a header, .jsonl or .parquet).

        Only the owner can read the file; it has its name in one step.
        """

    def export_parquet(self, query: exp.Expr, path: Path) -> None:
        """Write a query's rows as Parquet, in one step under its final name."""

    def rows(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """A small result."""

    def arrays(self, query: exp.Expr) -> dict[str, Any]:
        """Numeric columns as numpy arrays, for algorithms on integer ids."""

    def tables(self) -> list[str]:
        """All tables, as `layer.table`."""

    def columns(self, table: str) -> dict[str, str]:
        """Names and types of a table's columns; empty where the table does not exist."""

    @property
    def engine(self) -> str:
        """`duckdb` or `spark`: which of its ways a library (Great Expectations) goes."""

    def sharing(self) -> Any:
        """The same tables for such a library; of DuckDB a connection, which the caller closes."""

    def linking(self) -> AbstractContextManager["Linking"]:
        """What Splink works with on this engine."""


class Linking(Protocol):
    """Splink on one engine: what it reads and leaves, for as long as it works."""

    def settings(self, settings: dict[str, Any]) -> dict[str, Any]:
        """A model's settings, which are written for DuckDB, as the engine understands them."""

    def register(self, name: str, table: str, columns: Sequence[str] = ()) -> Any:
        """A table of the warehouse, or a staged one, as Splink has it under a name; with these columns, or all."""

    def register_frequencies(self, column: str, records: str) -> Any:
        """The frozen frequencies (`identity.term_frequencies`) of the values of these records, as Splink has them."""

    def keep(self, pairs: Any, columns: tuple[str, ...], into: str) -> None:
        """Stage these columns of pairs that Splink found."""

    def rows(self, pairs: Any) -> list[dict[str, Any]]:
        """A few pairs that Splink found, in the order of their records."""


def require(session: Session, tables: Iterable[str]) -> None:
    """Raise WarehouseError where one of the tables is not there, as no run has reached its end."""
    missing = [name for name in tables if not session.columns(name)]
    if missing:
        raise WarehouseError(f"the tables {missing} are not there yet; let a run reach its end first (`cdp run`)")


class Warehouse(Protocol):
    """Opens sessions; one writes at a time."""

    def session(self, read_only: bool = False) -> AbstractContextManager[Session]:
        """Open, with the macros loaded; always gives the lock back."""

    def rewriting(self, session: Any, changed: Mapping[str, exp.Query]) -> AbstractContextManager[Session]:
        """The open session's warehouse with these tables made of their queries, for further changes.

        At the end it takes the place of what was, in one step, and no byte stays of rows that no table has any more.
        """
