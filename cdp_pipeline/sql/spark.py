"""The pipeline's SQL on Spark: one tree in DuckDB's dialect, told as Spark understands it.

What belongs here: types and names of what a query reads, and the macros as functions of Spark. What does not: what
means something else on the two engines (`sql.spark_rules`), sessions and tables (`resources.spark_warehouse`).
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from cdp_pipeline.domain.expressions import DIALECT
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline.sql.spark_rules import translated

AS_WRITTEN = "duckdb, normalization_strategy=case_sensitive"
"""Names keep their capitals."""
TARGET = "databricks"
"""sqlglot's `spark` rewrites QUALIFY, and leaks a column into `select *`."""
MACROS = Path(__file__).parent / "macros.sql"
OWN_BODIES = Path(__file__).parent / "macros.spark.sql"
MACRO = re.compile(r"^create or replace macro (\w+)\(([^)]*)\) as\s+(.*?);\s*$", re.MULTILINE | re.DOTALL)
FUNCTION = re.compile(r"^create or replace temporary function (\w+)\(", re.MULTILINE)
TYPES = {
    "formats": "array<string>",
    "domains": "array<string>",
    "moment": "timestamp_ntz",
    "hits": "double",
    "trials": "double",
    "z": "double",
    "capital": "boolean",
}
"""Of arguments of macros that are no texts."""
INSIDE_OTHERS = ("capitalised", "each_capitalised", "until")
"""Macros that Spark has written out where they are called: its functions take no function, and one type each."""

STAGED = "staged__"
"""The layer of staged tables while a query is typed."""

Schemas = Mapping[str, Mapping[str, str]]
"""Columns and DuckDB's types by table (`layer.table`, or the plain name of a staged one)."""


def spark_sql(query: exp.Expr, schemas: Schemas) -> str:
    """The query as text for Spark; `schemas` are of the tables that it reads."""
    return translated(_typed(query, schemas)).sql(dialect=TARGET)


def view_name(table: str) -> str:
    """The view that a session has of `layer.table`."""
    return table.replace(".", "__")


def spark_type(kind: str) -> str:
    """Spark's name of a type of DuckDB."""
    return translated(exp.DataType.build(kind, dialect=DIALECT)).sql(dialect=TARGET)


def spark_schema(columns: Mapping[str, str]) -> str:
    """Columns with DuckDB's types as Spark has them in a schema."""
    return ", ".join(f"`{name}` {spark_type(kind)}" for name, kind in columns.items())


def functions() -> Iterator[str]:
    """A `create temporary function` a macro, each after those that it calls."""
    own = OWN_BODIES.read_text(encoding="utf-8")
    known = set(FUNCTION.findall(own))
    for statement in re.split(r";\s*\n", own):
        if FUNCTION.search(statement):
            yield statement
    for name, arguments, body in MACRO.findall(MACROS.read_text(encoding="utf-8")):
        if name not in {*known, *INSIDE_OTHERS}:
            yield f"create or replace temporary function {name}({_signature(arguments)}) return {spark_condition(body)}"


def _signature(arguments: str) -> str:
    names = [name.strip() for name in arguments.split(",") if name.strip()]
    return ", ".join(f"{name} {TYPES.get(name, 'string')}" for name in names)


def spark_condition(text: str) -> str:
    """A macro's body, or a condition on columns, such as those of a comparison's levels."""
    return translated(annotate_types(parse(text), dialect=DIALECT)).sql(dialect=TARGET)


def _typed(query: exp.Expr, schemas: Schemas) -> exp.Expr:
    """A copy with every column's table and type, as far as they can be told."""
    query = query.copy()
    _name_apart(query)
    nested: dict[str, Any] = {}
    as_it_is = query.copy()
    for found in tables_asked(query):
        if columns := schemas.get(name_of(found)):
            nested.setdefault(found.db or STAGED, {})[found.name] = dict(columns)
            if not found.db:
                found.set("db", exp.to_identifier(STAGED))
    try:
        placed = qualify(
            query, schema=nested, dialect=AS_WRITTEN, validate_qualify_columns=False, quote_identifiers=True
        )
    except OptimizeError:  # a table is not there: Spark says which
        return as_it_is
    placed = annotate_types(placed, schema=nested, dialect=AS_WRITTEN)
    for found in placed.find_all(exp.Table):
        if found.db == STAGED:
            found.set("db", None)
        elif found.db:
            found.set("this", exp.to_identifier(view_name(f"{found.db}.{found.name}")))
            found.set("db", None)
    return placed


def name_of(found: exp.Table) -> str:
    """`layer.table`, or the plain name of a staged table."""
    return f"{found.db}.{found.name}" if found.db else found.name


def tables_asked(query: exp.Expr) -> list[exp.Table]:
    """The tables that a query reads, those left out that it defines itself."""
    own = {cte.alias for cte in query.find_all(exp.CTE)}
    return [found for found in query.find_all(exp.Table) if found.db or found.name not in own]


def _name_apart(query: exp.Expr) -> None:
    """CTEs of inner queries get names of their own: written out, all stand at the top."""
    for number, found in enumerate(list(query.find_all(exp.With))):
        if found.parent is query:
            continue
        names = {cte.alias for cte in found.expressions}
        for cte in found.expressions:
            cte.args["alias"].set("this", exp.to_identifier(f"{cte.alias}_{number}"))
        around = found.parent or query
        for read in around.find_all(exp.Table):
            if read.name in names and not read.db:
                alias = read.alias_or_name
                read.set("this", exp.to_identifier(f"{read.name}_{number}"))
                read.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
