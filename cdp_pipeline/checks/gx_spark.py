"""Great Expectations on Spark data frames.

What belongs here: the same suites on the other engine. What does not: what is asked (`checks.suites`). Queries of
truths are told in Spark's SQL; rows that fail are counted, and shown of truths alone, as Great Expectations tells
no query that finds the others on this engine.
"""

from collections.abc import Sequence
from typing import Any

from great_expectations.execution_engine import SparkDFExecutionEngine
from great_expectations.execution_engine.sparkdf_batch_data import SparkDFBatchData

from cdp_pipeline.checks.gx_duckdb import outcomes
from cdp_pipeline.checks.suites import BATCH, query_of
from cdp_pipeline.resources.spark_warehouse import SharedTables
from cdp_pipeline.sql.lineage import parse

QUERY = "unexpected_rows_query"


def validate(
    tables: SharedTables,
    table: str,
    expectations: list[tuple[str, dict[str, Any]]],
    shown: Sequence[str] = (),
    *,
    in_full: bool = False,
) -> list[dict[str, Any]]:
    """Validate a table `layer.table` (see `checks.gx_duckdb.validate`)."""
    engine = SparkDFExecutionEngine(spark=tables.spark, persist=False)
    asked = [(kind, _told(tables, table, arguments)) for kind, arguments in expectations]
    found = outcomes(engine, SparkDFBatchData(engine, tables.frame(table)), table, asked, shown, in_full=in_full)
    own = [arguments.get(QUERY) for _, arguments in expectations]
    return [{**outcome, "query": query} for outcome, query in zip(found, own, strict=True)]


def _told(tables: SharedTables, table: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments, with a query of one's own in Spark's SQL."""
    if QUERY not in arguments:
        return arguments
    told = tables.sql(parse(query_of(arguments[QUERY], table))).replace("{", "{{").replace("}", "}}")
    return {**arguments, QUERY: told.replace(tables.name(table), BATCH)}
