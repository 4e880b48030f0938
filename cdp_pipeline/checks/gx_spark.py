"""Great Expectations on Spark data frames.

What belongs here: the same suites on the other engine. What does not: what is asked (`checks.suites`). Queries of
truths are told in Spark's SQL. Great Expectations tells no query that finds failing rows on this engine; it tells
that of the embedded one, of a table without a row.
"""

from collections.abc import Sequence
from typing import Any

from great_expectations.execution_engine import SparkDFExecutionEngine
from great_expectations.execution_engine.sparkdf_batch_data import SparkDFBatchData
from sqlglot import exp

from cdp_pipeline.checks.gx_duckdb import outcomes
from cdp_pipeline.checks.gx_duckdb import validate as validate_embedded
from cdp_pipeline.checks.suites import BATCH, query_of
from cdp_pipeline.domain.expressions import no_rows
from cdp_pipeline.domain.expressions import table as table_ref
from cdp_pipeline.resources.duckdb_warehouse import DuckDBWarehouse
from cdp_pipeline.resources.spark_warehouse import SparkTablesSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline.sql.spark import view_name

QUERY = "unexpected_rows_query"


def validate(
    tables: SparkTablesSession,
    table: str,
    expectations: list[tuple[str, dict[str, Any]]],
    shown: Sequence[str] = (),
    *,
    in_full: bool = False,
) -> list[dict[str, Any]]:
    """Validate a table `layer.table` (see `checks.gx_duckdb.validate`)."""
    engine = SparkDFExecutionEngine(spark=tables.spark, persist=False)
    asked = [(kind, _told(tables, table, arguments)) for kind, arguments in expectations]
    frame = tables.frame(exp.select("*").from_(table_ref(table)))
    found = outcomes(engine, SparkDFBatchData(engine, frame), table, asked, shown, in_full=in_full)
    failing = [place for place, outcome in enumerate(found) if outcome["unexpected_count"]]
    asked_of_rows = [place for place in failing if QUERY not in expectations[place][1]]
    queries = {place: expectations[place][1].get(QUERY) for place in failing}
    told = _queries(tables, table, [expectations[place] for place in asked_of_rows], shown)
    queries.update(zip(asked_of_rows, told, strict=True))
    return [{**outcome, "query": queries.get(place)} for place, outcome in enumerate(found)]


def _queries(
    tables: SparkTablesSession, table: str, expectations: list[tuple[str, dict[str, Any]]], shown: Sequence[str]
) -> list[str | None]:
    """For each expectation the query that finds the rows which fail it, in DuckDB's SQL."""
    if not expectations:
        return []
    with DuckDBWarehouse(database=":memory:", seeds=tables.seeds).session() as session:
        session.replace_table(table, no_rows(tables.columns(table)), unaudited)
        found = validate_embedded(session.sharing(), table, expectations, shown)
    return [outcome["query"] for outcome in found]


def _told(tables: SparkTablesSession, table: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments, with a query of one's own in Spark's SQL."""
    if QUERY not in arguments:
        return arguments
    told = tables.sql(parse(query_of(arguments[QUERY], table))).replace("{", "{{").replace("}", "}}")
    return {**arguments, QUERY: told.replace(view_name(table), BATCH)}
