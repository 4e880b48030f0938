"""What a SELECT reads: its tables, and for each output column the columns it comes from.

Dependencies of assets and column lineage both come from here, so that neither can drift from the SQL.
"""

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify

from cdp_pipeline.config.sidecar import LAYERS
from cdp_pipeline.domain.expressions import DIALECT

Schema = dict[str, dict[str, dict[str, str]]]


def parse(sql: str) -> exp.Expression:
    """Parse one statement of DuckDB SQL."""
    return parse_one(sql, dialect=DIALECT)


def tables_read(query: exp.Expression) -> frozenset[str]:
    """Names (`layer.table`) of all tables of the pipeline that a query reads."""
    return frozenset(f"{t.db}.{t.name}" for t in query.find_all(exp.Table) if t.db in LAYERS)


def column_lineage(query: exp.Expression, schema: Schema) -> dict[str, list[tuple[str, str]]]:
    """For each output column the (table, column) pairs it comes from, sorted.

    `schema` gives layer → table → column → type of the tables read. A column that is built from no
    column (a constant) has an empty list.
    """
    try:
        qualified = qualify(query.copy(), schema=schema, dialect=DIALECT, validate_qualify_columns=False)
    except SqlglotError:
        return {}
    found: dict[str, list[tuple[str, str]]] = {}
    for name in qualified.named_selects:
        try:
            node = lineage(name, qualified, schema=schema, dialect=DIALECT)
        except (SqlglotError, ValueError, KeyError):
            continue
        leaves = {
            (f"{leaf.expression.db}.{leaf.expression.name}", leaf.name.rpartition(".")[2].strip('"'))
            for leaf in node.walk()
            if isinstance(leaf.expression, exp.Table) and leaf.expression.db in LAYERS
        }
        found[name] = sorted(leaves)
    return found
