"""Builders for SQL that depends on configuration: identifiers are quoted, values become literals.

What belongs here: small typed helpers over sqlglot that every configured SELECT uses. What does not:
the meaning of any configuration.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlglot import exp

Value = str | int | float | bool | date | None
DIALECT = "duckdb"


def column(name: str, table: str | None = None) -> exp.Column:
    """A quoted column reference."""
    return exp.column(name, table=table, quoted=True)


def table(name: str) -> exp.Table:
    """A quoted reference to `layer.table`."""
    layer, _, plain = name.rpartition(".")
    return exp.table_(plain, db=layer or None, quoted=True)


def named(value: exp.Expr | str, alias: str) -> exp.Expr:
    """`value AS alias`, quoted."""
    return exp.alias_(value, alias, quoted=True)


def text(value: str) -> exp.Literal:
    """A text literal, escaped by the generator."""
    return exp.Literal.string(value)


def literal(value: Value) -> exp.Expr:
    """A literal of the value's own type."""
    if isinstance(value, date):
        return exp.cast(text(value.isoformat()), "date")
    return exp.convert(value)


def array(values: Iterable[Value]) -> exp.Array:
    """A list literal."""
    return exp.Array(expressions=[literal(value) for value in values])


def rows_select(types: dict[str, str], rows: Iterable[tuple[Value, ...]]) -> exp.Query:
    """A small table of literals: columns with their types, and rows of values."""
    parts = [
        exp.select(
            *(
                named(exp.cast(literal(value), kind, dialect=DIALECT), name)
                for (name, kind), value in zip(types.items(), row, strict=True)
            )
        )
        for row in rows
    ]
    return union_all(parts) if parts else no_rows(types)


def joined(separator: str, *values: exp.Expr) -> exp.ConcatWs:
    """The values as one text; missing ones are left out (`exp.func` would write a null for any that is missing)."""
    return exp.ConcatWs(expressions=[text(separator), *values], safe=True, coalesce=True)


def row_of(names: Sequence[str]) -> exp.Expr:
    """The columns together, to be compared with rows of a query."""
    return column(names[0]) if len(names) == 1 else exp.Tuple(expressions=[column(name) for name in names])


def within(value: exp.Expr, query: exp.Query) -> exp.In:
    """Whether the value, or the tuple of columns, is a row of the query."""
    return exp.In(this=value, query=query.subquery())


def macro(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """A call of a macro of `macros.sql`."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def table_function(name: str, *arguments: Any, **options: Any) -> exp.Anonymous:
    """A call of a table function such as read_csv, with named options."""
    return exp.Anonymous(
        this=name,
        expressions=[
            *(exp.convert(argument) for argument in arguments),
            *(
                exp.EQ(
                    this=exp.column(option),
                    expression=value if isinstance(value, exp.Expr) else exp.convert(value),
                )
                for option, value in options.items()
            ),
        ],
    )


def struct(content: Mapping[str, exp.Expr]) -> exp.Struct:
    """A struct of these fields."""
    return exp.Struct(expressions=[exp.PropertyEQ(this=text(key), expression=value) for key, value in content.items()])


def texts(content: Mapping[str, str]) -> exp.Struct:
    """A struct of text literals."""
    return struct({key: text(value) for key, value in content.items()})


def null_as(sql_type: str) -> exp.Cast:
    """NULL of a type, where a column has no source."""
    return exp.cast(exp.null(), sql_type, dialect=DIALECT)


def no_rows(types: dict[str, str]) -> exp.Select:
    """A query of these columns (name → type) without a row."""
    return exp.select(*(named(null_as(kind), name) for name, kind in types.items())).where(exp.false())


def union_all(selects: Sequence[exp.Query]) -> exp.Query:
    """One query over all of them, without recursion's depth limit on many branches."""
    query: exp.Query = selects[0]
    for following in selects[1:]:
        query = exp.Union(this=query, expression=following, distinct=False)
    return query


def parts_of(query: exp.Query) -> tuple[dict[str, exp.Query], exp.Query]:
    """The CTEs of a query by name, each of which may read those before it, and what is left without them."""
    rest = query.copy()
    parts = {part.alias: part.this for part in rest.ctes}
    rest.set("with_", None)
    return parts, rest


def sql_of(query: exp.Expr) -> str:
    """The query as DuckDB text, laid out for a reader."""
    return query.sql(dialect=DIALECT, pretty=True)
