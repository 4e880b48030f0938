"""Tables of SQL databases, through dlt's `sql_database` source.

Every column is read as the database itself writes it as text, so that no number, time or unusual type is
altered on the way; only the cursor keeps its type.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dlt
import sqlalchemy as sa
from dlt.extract import DltResource
from dlt.sources.sql_database import sql_table

from cdp_pipeline.config.connectors import Database
from cdp_pipeline.domain.windows import CursorKind, Position, Window, earlier
from cdp_pipeline.resources.connectors.failures import FetchFailed
from cdp_pipeline.settings import secret

ROWS_AT_ONCE = 50_000


def cursor_kind(connector: Database) -> CursorKind:
    """What the cursor column counts in; asks the database. Raises FetchFailed for a type that can't be one."""
    engine = _engine(connector)
    found = {column["name"]: column["type"] for column in _columns(engine, connector)}
    cursor = connector.cursor or ""
    if cursor not in found:
        raise FetchFailed(f"'{connector.table}' has no column '{cursor}'; its columns are {sorted(found)}")
    kinds: list[tuple[type[Any], CursorKind]] = [(sa.DateTime, "time"), (sa.Date, "date"), (sa.Integer, "number")]
    for known, kind in kinds:
        if isinstance(found[cursor], known):
            return kind
    raise FetchFailed(
        f"the cursor '{cursor}' is of type {found[cursor]}; use a column of times, dates or whole numbers"
    )


def rows(connector: Database, window: Window | None, zone: ZoneInfo) -> DltResource:
    """The window's rows, in blocks; a whole table without one."""
    engine = _engine(connector)
    cursor = connector.cursor

    def read_as_text(table: sa.Table) -> sa.Table:
        for column in table.columns:
            if column.name != cursor:
                column.type = sa.Text()
        return table

    def written_by_the_database(query: sa.Select[Any], table: sa.Table) -> sa.Select[Any]:
        return query.with_only_columns(
            *(
                column if column.name == cursor else sa.cast(column, sa.Text).label(column.name)
                for column in table.columns
            )
        )

    return sql_table(
        engine,
        table=connector.table,
        schema=connector.db_schema,
        backend="pyarrow",
        chunk_size=ROWS_AT_ONCE,
        reflection_level="full",
        table_adapter_callback=read_as_text,
        query_adapter_callback=written_by_the_database,
        incremental=_incremental(engine, connector, window, zone),
    )


def _incremental(
    engine: sa.Engine, connector: Database, window: Window | None, zone: ZoneInfo
) -> "dlt.sources.incremental[Any] | None":
    if window is None or connector.cursor is None:
        return None
    cursor, is_naive = _cursor(engine, connector)

    def bound(position: Position | None) -> Position | None:
        """A time of the window as a column without a time zone has it: local time of the deployment."""
        if is_naive and isinstance(position, datetime):
            return position.astimezone(zone).replace(tzinfo=None)
        return position

    is_number, end = window.kind == "number", bound(window.end)
    if window.start is not None:
        start = bound(earlier(window.start, connector.overlap))
    else:
        with engine.connect() as connection:
            start = connection.execute(sa.select(sa.func.min(cursor))).scalar()
    if start is None or (end is not None and start > end):  # type: ignore[operator]
        start = end if end is not None else 0
    return dlt.sources.incremental(
        connector.cursor,
        initial_value=start,
        end_value=end,
        range_start="open" if is_number and window.start is not None else "closed",
        range_end="closed" if is_number else "open",
        on_cursor_value_missing="include",
    )


def _cursor(engine: sa.Engine, connector: Database) -> tuple[sa.Column[Any], bool]:
    """The cursor column, and whether its times are without a time zone."""
    table = sa.Table(connector.table, sa.MetaData(), schema=connector.db_schema, autoload_with=engine)
    column = table.columns[connector.cursor or ""]
    return column, not getattr(column.type, "timezone", False)


def _columns(engine: sa.Engine, connector: Database) -> list[Any]:
    try:
        return list(sa.inspect(engine).get_columns(connector.table, schema=connector.db_schema))
    except sa.exc.NoSuchTableError:
        raise FetchFailed(
            f"the database has no table or view '{connector.table}' in {connector.db_schema or 'its default schema'}"
        ) from None


def _engine(connector: Database) -> sa.Engine:
    url = secret(connector.url_secret)
    try:
        return sa.create_engine(url, hide_parameters=True)
    except (sa.exc.ArgumentError, ImportError) as error:
        raise FetchFailed(
            f"{connector.url_secret} holds no address of a database that can be used here ({type(error).__name__}); "
            "write postgresql+psycopg://user:password@host:5432/database"
        ) from None
