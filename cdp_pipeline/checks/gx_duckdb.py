"""Great Expectations 1.24 inside an already open DuckDB connection.

What belongs here: the adapter alone. Great Expectations has no DuckDB engine (its pull request 12084
is open); its SQLAlchemy engine needs three things to serve: one connection kept for the run (it
fetches after giving a connection back), a dialect whose reflection asks DuckDB's own catalogue
(SQLAlchemy 2.1 asks for a PostgreSQL table that DuckDB lacks), and a dialect name by which it picks
the SQL of regular expressions and LIKE. None of Great Expectations' globals is changed. Importing
this module takes seconds, so only `checks.suites` does, on first use.
"""

import contextlib
import importlib
import sys
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb


class _Deferred(types.ModuleType):
    """Stands in for a heavy module while Great Expectations is imported: few expectations use it."""

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self.__name__), attribute)


@contextlib.contextmanager
def _deferred(*names: str) -> Iterator[None]:
    stubs = {name: _Deferred(name) for name in names if name not in sys.modules}
    sys.modules.update(stubs)
    for name, stub in stubs.items():
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(importlib.import_module(parent), child, stub)
    try:
        yield
    finally:
        for name, stub in stubs.items():
            if sys.modules.get(name) is stub:
                del sys.modules[name]
            parent, _, child = name.rpartition(".")
            if parent:
                vars(sys.modules[parent]).pop(child, None)


with _deferred("altair", "scipy.stats"), warnings.catch_warnings():
    # where Spark is installed, Great Expectations imports it, which warns of the release of pandas
    warnings.filterwarnings("ignore", "PySpark does not yet fully support", FutureWarning)
    import great_expectations as gx

import duckdb_engine
import sqlalchemy as sa
from great_expectations.core.batch import Batch, BatchData
from great_expectations.core.id_dict import IDDict
from great_expectations.exceptions import ExpectationNotFoundError
from great_expectations.execution_engine import ExecutionEngine, SqlAlchemyExecutionEngine
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.expectations.registry import get_expectation_impl
from great_expectations.validator.validator import Validator
from sqlalchemy.dialects import postgresql
from sqlalchemy.pool import StaticPool

from cdp_pipeline.domain.masking import without_values
from cdp_pipeline.resources.lasting import keep_for_good

keep_for_good()

CHECKED_WITH = "1.24."
if not gx.__version__.startswith(CHECKED_WITH):
    warnings.warn(f"checked with great-expectations {CHECKED_WITH}x, not {gx.__version__}", stacklevel=1)

_TYPES = {name: kind for name, kind in {**vars(sa.types), **vars(postgresql)}.items() if name.isupper()}
# Dremio's branch writes REGEXP_MATCHES, Snowflake's a plain LIKE: both mean in DuckDB what they should.
_DIALECT = types.SimpleNamespace(**_TYPES, __name__="duckdb", DremioDialect=None, SnowflakeDialect=None)


class _Dialect(duckdb_engine.Dialect):  # type: ignore[misc]
    """Autocommits, and reads columns from DuckDB's catalogue."""

    supports_statement_cache = False
    do_begin = do_commit = do_rollback = lambda self, connection: None

    def initialize(self, connection: Any) -> None:
        """Skip the PostgreSQL start-up probes."""

    def get_columns(
        self, connection: Any, table_name: str, schema: str | None = None, **_: Any
    ) -> list[dict[str, Any]]:
        """Name, type and nullability of each column."""
        named = ".".join(f'"{name}"' for name in (schema, table_name) if name)
        try:
            rows = connection.exec_driver_sql(
                'select name, type, not "notnull" from pragma_table_info($1) order by cid', (named,)
            ).fetchall()
        except sa.exc.DBAPIError:
            raise sa.exc.NoSuchTableError(table_name) from None
        return [
            {
                "name": name,
                "type": _TYPES.get(kind.split("(")[0], sa.types.NullType)(),
                "nullable": nullable,
                "default": None,
            }
            for name, kind, nullable in rows
        ]

    def get_pk_constraint(
        self, connection: Any, table_name: str, schema: str | None = None, **_: Any
    ) -> dict[str, Any]:
        """No primary keys are declared in the warehouse."""
        return {"constrained_columns": [], "name": None}


class _DuckDBEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc]
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._kept: Any = None
        self._raw = duckdb_engine.ConnectionWrapper(connection)
        pool = StaticPool(lambda: self._raw, reset_on_return=None)
        engine = sa.engine.Engine(pool, _Dialect(dbapi=duckdb_engine.DBAPI), sa.make_url("duckdb://"))
        pool._dialect = engine.dialect
        super().__init__(engine=engine, create_temp_table=False)
        self.dialect_module = _DIALECT

    def get_connection(self) -> contextlib.nullcontext[Any]:
        """One connection kept for the whole run: results are fetched after it was given back."""
        self._kept = self._kept or self.engine.connect()
        return contextlib.nullcontext(self._kept)

    def close(self) -> None:
        """Give everything back."""
        if self._kept is not None:
            self._kept.close()
        self._raw.close()


_DuckDBEngine.__name__ = "SqlAlchemyExecutionEngine"  # metric providers are looked up by this name


class _Validator(Validator):  # type: ignore[misc]
    def _determine_progress_bars(self) -> bool:
        return False


def validate(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    expectations: list[tuple[str, dict[str, Any]]],
    shown: Sequence[str] = (),
    *,
    in_full: bool = False,
) -> list[dict[str, Any]]:
    """Validate a committed table `layer.table` through a connection of its own, which is closed.

    One dictionary an expectation, in order: `success`, `observed` (value or percentage unexpected), `rows`
    (looked at) and `unexpected_count` where it looks at rows, `query` (SQL that finds those rows, with the
    `shown` columns), `error` (message where it could not be evaluated, else None; `in_full`
    with what it quotes, which may be a value). No value of a row is read.
    """
    layer, _, name = table.rpartition(".")
    engine = _DuckDBEngine(connection)
    try:
        data = SqlAlchemyBatchData(engine, table_name=name, schema_name=layer)
        return outcomes(engine, data, table, expectations, shown, in_full=in_full)
    finally:
        engine.close()


def outcomes(
    engine: ExecutionEngine,
    data: BatchData,
    table: str,
    expectations: list[tuple[str, dict[str, Any]]],
    shown: Sequence[str],
    *,
    in_full: bool,
) -> list[dict[str, Any]]:
    """What Great Expectations finds in the data of a table on one of its engines (see `validate`)."""
    validator = _Validator(engine, batches=[Batch(data=data, batch_definition=IDDict(table=table))])
    configurations, refused = _configurations(expectations)
    wanted = {
        "result_format": "BASIC",
        "unexpected_index_column_names": list(shown),
        "return_unexpected_index_query": True,
        "exclude_unexpected_values": True,
    }
    with contextlib.redirect_stdout(None):
        found = validator.graph_validate(
            configurations=configurations,
            runtime_configuration={"result_format": wanted, "catch_exceptions": True},
        )
    placed = {int(result.expectation_config.meta["place"]): _plain(result, in_full) for result in found}
    return [placed.get(place) or _refused(refused[place]) for place in range(len(expectations))]


def configured(kind: str, arguments: Mapping[str, Any]) -> Any:
    """The expectation's configuration; raises ExpectationNotFoundError or ValueError where there is none."""
    with contextlib.redirect_stdout(None):  # it prints that a query reads other tables too
        return get_expectation_impl(kind)(**arguments).configuration


def _configurations(expectations: list[tuple[str, dict[str, Any]]]) -> tuple[list[Any], dict[int, str]]:
    """What Great Expectations takes, each with its place, and why it does not take the others, by place."""
    configurations, refused = [], {}
    for place, (kind, arguments) in enumerate(expectations):
        try:
            configuration = configured(kind, arguments)
        except ExpectationNotFoundError:
            refused[place] = f"'{kind}' is not an expectation of Great Expectations"
            continue
        except ValueError as error:
            refused[place] = f"{kind}: {' '.join(str(error).split())}"
            continue
        configuration.meta = {**(configuration.meta or {}), "place": place}
        configurations.append(configuration)
    return configurations, refused


def _plain(result: Any, in_full: bool) -> dict[str, Any]:
    detail, info = result.result or {}, result.exception_info or {}
    causes = [info] if "raised_exception" in info else list(info.values())
    errors = [str(cause["exception_message"]) for cause in causes if cause["raised_exception"]]
    own_query = result.expectation_config.kwargs.get("unexpected_rows_query")
    return {
        "success": bool(result.success),
        "observed": detail.get("observed_value", detail.get("unexpected_percent")),
        "rows": detail.get("element_count"),
        "unexpected_count": detail.get("observed_value") if own_query else detail.get("unexpected_count"),
        "query": own_query or detail.get("unexpected_index_query"),
        "error": (errors[0] if in_full else without_values(errors[0])) if errors else None,
    }


def _refused(why: str) -> dict[str, Any]:
    unknown = dict.fromkeys(("observed", "rows", "unexpected_count", "query"))
    return {"success": False, **unknown, "error": why}
