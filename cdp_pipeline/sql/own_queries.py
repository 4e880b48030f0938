"""What a SELECT of a deployment's own may be: segments in SQL and custom metrics.

What belongs here: that it reads the pipeline's tables and nothing else, as of a day, with the same rows each time.
What does not: what a segment or a metric has to select.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlglot import exp
from sqlglot.errors import OptimizeError, SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from cdp_pipeline.config.base import nearest
from cdp_pipeline.config.sidecar import LAYERS
from cdp_pipeline.domain.expressions import DIALECT
from cdp_pipeline.sql.lineage import DAYS, OF_THE_RUN

DEPLOYMENT = {"timezone": "varchar", "currency": "varchar", "country": "varchar"}
RUN = {**OF_THE_RUN, "deployment": DEPLOYMENT}
CHANGING = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.CurrentDatetime, exp.Rand, exp.Uuid)
CHANGING_NAMES = (
    "now",
    "today",
    "random",
    "setseed",
    "uuid",
    "uuidv4",
    "uuidv7",
    "gen_random_uuid",
    "getenv",
    "get_current_time",
    "get_current_timestamp",
    "transaction_timestamp",
    "current_localtime",
    "current_localtimestamp",
    "current_setting",
    "getvariable",
    "nextval",
    "currval",
    "txid_current",
    "version",
)
"""Functions that answer otherwise from one run to the next, or tell of the machine."""
DAY_COLUMNS = {
    "profile.timeline": "occurred_on",
    "unified.orders": "ordered_on",
    "unified.interactions": "occurred_on",
    "unified.service_cases": "opened_on",
}
"""Tables of what happened, each with its day: a query as of a day reads nothing later of them."""


def own_query_faults(query: exp.Query, columns: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """What keeps a query from being one of the pipeline's tables as of a day; `columns` are those of its tables, with types."""
    if not any(table.name == DAYS and not table.db for table in _physical(query)):
        yield f"reads no `{DAYS}`; it holds as of a day: join it, and read nothing after its `day`"
    strangers = [table for table in _physical(query) if not _is_ours(table)]
    yield from (
        f"`{_shown(table)}` is no table of the pipeline; files and functions are not read" for table in strangers
    )
    for call in query.find_all(exp.Func):
        name = call.name.lower() if isinstance(call, exp.Anonymous) else call.sql_name().lower()
        if isinstance(call, CHANGING) or name in CHANGING_NAMES:
            yield f"`{name}` answers otherwise from one run to the next; take the day from `{DAYS}`"
    if not strangers:
        yield from _unknown_columns(query, columns)


def _physical(query: exp.Query) -> Iterator[exp.Table]:
    """The tables that a query reads, those left out that it defines itself where they are read."""
    for scope in traverse_scope(query):
        for table in scope.tables:
            if table.db or table.name not in scope.cte_sources:
                yield table


def _is_ours(table: exp.Table) -> bool:
    if isinstance(table.this, exp.Func) or table.catalog:
        return False
    return table.db in LAYERS or (not table.db and table.name in RUN)


def _shown(table: exp.Table) -> str:
    return table.this.sql_name().lower() if isinstance(table.this, exp.Func) else table.name


def _unknown_columns(query: exp.Query, columns: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    placed = query.copy()
    schema: dict[str, Any] = {"run": dict(RUN)}
    for table in _physical(placed):
        if not table.db:
            table.set("db", exp.to_identifier("run"))
        elif f"{table.db}.{table.name}" in columns:
            schema.setdefault(table.db, {})[table.name] = columns[f"{table.db}.{table.name}"]
        else:
            name = f"{table.db}.{table.name}"
            yield f"`{name}` is no table of the pipeline{nearest(name, columns, before='; ')}"
            return
    try:
        qualify(placed, schema=schema, dialect=DIALECT, quote_identifiers=False)
    except OptimizeError as error:
        name = str(error).partition("Column '")[2].partition("'")[0].replace('"', "").rpartition(".")[2]
        known = sorted({c for tables in schema.values() for table in tables.values() for c in table})
        missing = f"column '{name}' does not exist in what it reads{nearest(name, known, before='; ')}"
        yield missing if name else "its columns can't be told apart"
    except SqlglotError:
        yield "its columns can't be told; write the tables' aliases before them"


def as_of(query: exp.Query) -> exp.Query:
    """The query with nothing of the tables of what happened that is later than the day in `run_days`."""
    cut = query.copy()
    for table in list(_physical(cut)):
        day = DAY_COLUMNS.get(f"{table.db}.{table.name}")
        if day is not None:
            alias = table.alias_or_name
            plain = table.copy()
            plain.set("alias", None)
            last = exp.select("max(day)").from_(DAYS).subquery()
            until = exp.select("*").from_(plain).where(exp.LTE(this=exp.column(day, quoted=True), expression=last))
            table.replace(until.subquery(alias, copy=False))
    return cut
