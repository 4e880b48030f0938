"""Tables of SQL databases, through dlt's `sql_database` source.

Every column is read as the database itself writes it as text, so that no number, time or unusual type is
altered on the way, and under a name of ours, so that no name is either.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from dlt.extract import DltResource
from dlt.sources.sql_database import sql_table

from cdp_pipeline.config.connectors import Database
from cdp_pipeline.domain.windows import CursorKind, Position, Window, earlier
from cdp_pipeline.resources.connectors.failures import FetchFailed
from cdp_pipeline.settings import secret

ROWS_AT_ONCE = 50_000
KINDS: tuple[tuple[type[Any], CursorKind], ...] = ((sa.DateTime, "time"), (sa.Date, "date"), (sa.Integer, "number"))
WRITES_AS_USUAL = {
    "postgresql": {"options": "-c DateStyle=ISO -c IntervalStyle=postgres -c TimeZone=UTC -c extra_float_digits=1"}
}
"""Settings of a session, so that the text of a value does not depend on the role that reads it."""


class Reader:
    """One table of one database, with its columns as the database describes them."""

    def __init__(self, connector: Database, zone: ZoneInfo) -> None:
        """Asks the database for the table; `zone` is that of cursor times without one. Raises FetchFailed."""
        self._connector = connector
        self._zone = zone
        self._engine = _engine(connector)
        try:
            self._table = sa.Table(
                connector.table, sa.MetaData(), schema=connector.db_schema, autoload_with=self._engine
            )
        except sa.exc.NoSuchTableError:
            place = connector.db_schema or "its default schema"
            raise FetchFailed(
                f"the database has no table or view '{connector.table}' in {place} that this user may see"
            ) from None

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self._table.columns]

    def cursor_kind(self) -> CursorKind:
        """What the cursor column counts in. Raises FetchFailed for a column that can't be one."""
        cursor = self._connector.cursor or ""
        if cursor not in self._table.columns:
            raise FetchFailed(
                f"'{self._connector.table}' has no column '{cursor}'; its columns are {sorted(self.names)}"
            )
        found = self._table.columns[cursor].type
        for known, kind in KINDS:
            if isinstance(found, known):
                return kind
        raise FetchFailed(f"the cursor '{cursor}' is of type {found}; use a column of times, dates or whole numbers")

    def rows(self, window: Window | None) -> DltResource:
        """The window's rows, in blocks, with the columns c0, c1 and so on; a whole table without a window."""
        own_names = {column: f"c{place}" for place, column in enumerate(self._table.columns)}
        texts: list[Any] = [sa.cast(column, sa.Text).label(name) for column, name in own_names.items()]
        query = sa.select(*texts).where(*self._bounds(window))
        as_read = sa.Table("read", sa.MetaData(), *(sa.Column(name, sa.Text) for name in own_names.values()))
        return sql_table(
            self._engine,
            table=self._connector.table,
            schema=self._connector.db_schema,
            backend="pyarrow",
            chunk_size=ROWS_AT_ONCE,
            reflection_level="full",
            table_adapter_callback=lambda _: as_read,
            query_adapter_callback=lambda _query, _table: query,
        )

    def _bounds(self, window: Window | None) -> list[sa.ColumnElement[bool]]:
        """Conditions of the window; rows without a cursor value are in every one."""
        if window is None or self._connector.cursor is None:
            return []
        cursor = self._table.columns[self._connector.cursor]
        is_number = window.kind == "number"
        inside = []
        if window.start is not None:
            start = self._of_the_column(cursor, earlier(window.start, self._connector.overlap))
            inside.append(cursor > start if is_number else cursor >= start)
        if window.end is not None:
            end = self._of_the_column(cursor, window.end)
            inside.append(cursor <= end if is_number else cursor < end)
        return [sa.or_(sa.and_(*inside), cursor.is_(None))] if inside else []

    def _of_the_column(self, cursor: sa.Column[Any], position: Position) -> Position:
        """A moment as a column without a time zone has it."""
        if isinstance(position, datetime) and not getattr(cursor.type, "timezone", False):
            return position.astimezone(self._zone).replace(tzinfo=None)
        return position


def _engine(connector: Database) -> sa.Engine:
    url = secret(connector.url_secret).strip()
    remedy = "write postgresql+psycopg://user:password@host:5432/database"
    if url.count("@") > 1:
        raise FetchFailed(f"{connector.url_secret} holds more than one @; write %40 for one in the password")
    try:
        made = sa.make_url(url)
        return sa.create_engine(
            made, hide_parameters=True, connect_args=WRITES_AS_USUAL.get(made.get_backend_name(), {})
        )
    except (sa.exc.ArgumentError, ImportError, ValueError) as error:
        problem = f"holds no address of a database that can be used here ({type(error).__name__})"
        raise FetchFailed(f"{connector.url_secret} {problem}; {remedy}") from None
