"""What a SELECT reads: its tables, and for each output column the columns it comes from.

Dependencies of assets and column lineage both come from here, so that neither can drift from the SQL.
"""

import logging

from sqlglot import exp, parse_one
from sqlglot.errors import ParseError
from sqlglot.lineage import Node, lineage

from cdp_pipeline.config.sidecar import LAYERS
from cdp_pipeline.domain.expressions import DIALECT

# It reports scopes that it does not follow (UNNEST) by printing the whole query.
logging.getLogger("sqlglot").setLevel(logging.ERROR)
DAYS = "run_days"
"""The days that a table is made for."""
OF_THE_RUN = {name: {"day": "date"} for name in (DAYS, "typed_days", "accepted_days")}
Schema = dict[str, dict[str, dict[str, str]]]


def parse(sql: str) -> exp.Expr:
    """Parse one statement of DuckDB SQL."""
    return parse_one(sql, dialect=DIALECT)


class NoSelect(Exception):
    """A text of a deployment's own is not one SELECT; the message says what it is instead."""


def parse_select(sql: str) -> exp.Query:
    """Parse the SELECT of a `.sql` file in `seeds/`; raises NoSelect."""
    try:
        query = parse(sql)
    except ParseError as error:
        raise NoSelect(f"can't be read as SQL: {' '.join(str(error).split())}") from None
    if not isinstance(query, exp.Query):
        raise NoSelect("is not a single SELECT")
    return query


def tables_read(query: exp.Expr) -> frozenset[str]:
    """Names (`layer.table`) of all tables of the pipeline that a query reads."""
    return frozenset(f"{t.db}.{t.name}" for t in query.find_all(exp.Table) if t.db in LAYERS)


def reads_days(query: exp.Expr) -> bool:
    """Whether a query asks for the days that it is made for."""
    return any(found.name == DAYS and not found.db for found in query.find_all(exp.Table))


def column_lineage(query: exp.Expr, schema: Schema) -> dict[str, list[tuple[str, str]]]:
    """For each output column the (table, column) pairs it comes from, sorted.

    `schema` gives layer → table → column → type of the tables read. A column that is built from no
    column (a constant) has an empty list.
    """
    placed = query.copy()
    for table in placed.find_all(exp.Table):
        if table.name in OF_THE_RUN and not table.db:
            table.set("db", exp.to_identifier("run"))
    nodes = lineage(None, placed, schema={**schema, "run": OF_THE_RUN}, dialect=DIALECT, trim_selects=False, copy=False)
    assert isinstance(nodes, dict)
    return {name: sorted(_origins(node)) for name, node in nodes.items()}


def _origins(root: Node) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        waiting.extend(node.downstream)
        if isinstance(node.expression, exp.Table) and node.expression.db in LAYERS:
            found.add((f"{node.expression.db}.{node.expression.name}", node.name.rpartition(".")[2].strip('"')))
    return found
