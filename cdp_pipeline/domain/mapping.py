"""The mapping compiler: from sources' configuration to one SELECT for each unified table.

What belongs here: checking and compiling mapped values, and the union over sources. What does not:
typing delivered values (`domain.staging`).
"""

from collections.abc import Iterable

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.config.sources import (
    LINE_COLUMNS,
    VOCABULARY,
    Constant,
    Expression,
    MappedValue,
    Mapping,
    PersonReference,
    Source,
    Table,
)
from cdp_pipeline.domain.expressions import DIALECT, column, macro, named, no_rows, null_as, table, text, union_all

ALLOWED = (
    exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Cast, exp.TryCast, exp.DataType, exp.Case,
    exp.If, exp.Coalesce, exp.Concat, exp.ConcatWs, exp.DPipe, exp.Lower, exp.Upper, exp.Trim, exp.Substring, exp.Left,
    exp.Right, exp.Replace, exp.Nullif, exp.Round, exp.Abs, exp.Binary, exp.Unary, exp.In, exp.Between, exp.Paren,
    exp.SplitPart, exp.Length, exp.Date, exp.Greatest, exp.Least, exp.Tuple, exp.JSONExtract,
    exp.JSONExtractScalar, exp.JSONPath, exp.JSONPathPart,
)  # fmt: skip


class Target:
    """One unified table to compile: its sidecar, and the project whose sources feed it."""

    def __init__(self, name: str, sidecar: Sidecar, project: Project) -> None:
        self.name = name
        self.sidecar = sidecar
        self.project = project

    def select(self) -> exp.Query:
        """All rows of all sources; for a day-partitioned table those of the run's days and the undated ones."""
        branches = [
            self._branch(source, table_name, definition, mapping)
            for _, source, definition in self.project.tables()
            for table_name in [_name_of(source, definition)]
            for target, mapping in definition.mappings()
            if target == self.name
        ]
        return union_all(branches) if branches else no_rows(self.sidecar.types)

    def check(self) -> list[str]:
        """Faults of all mappings to this table."""
        faults: list[str] = []
        for name, source, definition in self.project.tables():
            for target, mapping, keys in definition.placed_mappings():
                if target == self.name:
                    for key, fault in self._faults(source, definition, mapping):
                        place = self.project.place(source, "tables", source.plain_name(name), *keys, key)
                        faults.append(f"{place}: {fault}")
        return faults

    def _faults(self, source: Source, definition: Table, mapping: Mapping) -> Iterable[tuple[str, str]]:
        """Each fault with the key that it stands at."""
        for key, value in mapping.items():
            if key not in self.sidecar.columns:
                yield key, f"not a column of unified.{self.name}; choose one of {sorted(self.sidecar.columns)}"
            if isinstance(value, str) and (self.name, key) not in VOCABULARY and value not in definition.columns:
                yield key, f"'{value}' is not among the columns {sorted(definition.columns)}"
            if isinstance(value, Expression):
                try:
                    compile_expression(value.expr, definition)
                except ConfigError as error:
                    yield key, str(error)
            if isinstance(value, PersonReference) and _referred(source, value) not in self._known_tables():
                yield key, f"'{value.table}' is not a table of this or (as source.table) another source"

    def value_of(
        self, name: str, source: Source, table_name: str, definition: Table, mapping: Mapping
    ) -> exp.Expr | None:
        """A column of the unified table over the rows of a staging table; None where the mapping fills it not."""
        if name in mapping:
            return self._value(source, table_name, definition, name, mapping[name])
        return self._provenance(source, table_name, definition, mapping).get(name)

    def _known_tables(self) -> set[str]:
        return {f"{source.source}.{name}" for source in self.project.sources.values() for name in source.tables}

    def _branch(self, source: Source, table_name: str, definition: Table, mapping: Mapping) -> exp.Select:
        staged = f"staging.{source.source}__{table_name}"
        given = {key: self._value(source, table_name, definition, key, value) for key, value in mapping.items()}
        given.update(self._provenance(source, table_name, definition, mapping))
        selected = [
            named(
                exp.cast(given[name], content.type, dialect=DIALECT) if name in given else null_as(content.type),
                name,
            )
            for name, content in self.sidecar.columns.items()
        ]
        query = exp.select(*selected).from_(table(staged))
        if self.sidecar.partition and definition.is_event:
            days = exp.select("day").from_("run_days").subquery()
            query = query.where(exp.In(this=column("_extract_date"), query=days))
        query = self._one_row_a_key(query, definition, mapping)
        complete = [column(name).is_(exp.null()).not_() for name in self.sidecar.required or self.sidecar.key]
        return (
            exp.select(*(column(name) for name in self.sidecar.columns))
            .from_(query.subquery("mapped"))
            .where(*complete)
        )

    def _one_row_a_key(self, query: exp.Select, definition: Table, mapping: Mapping) -> exp.Select:
        """A flat file repeats a customer or an order in many lines: its newest line speaks for it."""
        mapped = [mapping.get("source_key" if name == "record_id" else name) for name in self.sidecar.key]
        if not all(mapped) or set(mapped) == set(definition.key):
            return query
        keys = list(self._key_columns(query))
        order = [exp.Ordered(this=column(part), desc=True, nulls_first=False) for part in LINE_COLUMNS]
        place = exp.Window(this=exp.func("row_number"), partition_by=keys, order=exp.Order(expressions=order))
        return query.qualify(exp.EQ(this=place, expression=exp.convert(1)))

    def _key_columns(self, query: exp.Select) -> list[exp.Expr]:
        return [item.this.copy() for item in query.expressions if item.alias in self.sidecar.key]

    def _provenance(self, source: Source, table_name: str, definition: Table, mapping: Mapping) -> dict[str, exp.Expr]:
        """Columns that the compiler fills by itself."""
        key = mapping.get("source_key")
        own_key = column(key) if isinstance(key, str) else _own_key(definition)
        filled: dict[str, exp.Expr] = {
            "source": text(source.source),
            "source_table": text(table_name),
            "extract_date": column("_extract_date") if definition.is_event else exp.null(),
        }
        if self.name == "person_records":
            filled["source_key"] = exp.cast(own_key, "varchar", dialect=DIALECT)
        for identity in ("record_id", "interaction_id", "case_id"):
            if identity in self.sidecar.columns and identity not in mapping:
                filled[identity] = record_id(source.source, table_name, own_key)
        return filled

    def _value(self, source: Source, table_name: str, definition: Table, key: str, value: MappedValue) -> exp.Expr:
        if isinstance(value, Expression):
            return compile_expression(value.expr, definition)
        if isinstance(value, Constant):
            return text(value.constant)
        if isinstance(value, PersonReference):
            parts = (value.key,) if isinstance(value.key, str) else value.key
            owner, _, referred = _referred(source, value).partition(".")
            return record_id(owner, referred, _joined(parts))
        if (self.name, key) in VOCABULARY:
            return text(value)
        if key == "order_id":
            return record_id(source.source, "", column(value))
        is_day = value in definition.columns and definition.columns[value].type == "date"
        if is_day and self.sidecar.columns[key].type == "TIMESTAMP":
            return macro("day_begins", column(value), text(self.project.deployment.timezone))
        return column(value)


def record_id(source: str, table_name: str, key: exp.Expr) -> exp.Expr:
    """`source.table:key` (`source:key` without a table); unknown where the key is."""
    return exp.DPipe(
        this=text(f"{source}.{table_name}:" if table_name else f"{source}:"),
        expression=exp.cast(key, "varchar", dialect=DIALECT),
        safe=True,
    )


def compile_expression(sql: str, definition: Table) -> exp.Expr:
    """Parse a mapping expression; refuses statements, unknown columns and functions beyond the list."""
    try:
        parsed = parse_one(sql, dialect=DIALECT)
    except SqlglotError as error:
        raise ConfigError(f"'{sql}' is not a SQL expression ({str(error).splitlines()[0]})") from None
    for node in parsed.walk():
        if not isinstance(node, ALLOWED):
            raise ConfigError(f"'{sql}': {node.key} is not allowed in a mapping; see docs/sources.md for what is")
        if isinstance(node, exp.Column) and node.name not in (*definition.columns, *LINE_COLUMNS):
            raise ConfigError(f"'{sql}': '{node.name}' is not among the columns {sorted(definition.columns)}")
    return parsed


def _own_key(definition: Table) -> exp.Expr:
    """The key; of events without one a digest of the whole row."""
    if definition.key:
        return _joined(definition.key)
    content = [exp.PropertyEQ(this=text(name), expression=column(name)) for name in definition.columns]
    return exp.func("md5", exp.cast(exp.func("to_json", exp.Struct(expressions=content)), "varchar"))


def _joined(parts: tuple[str, ...]) -> exp.Expr:
    texts = [exp.cast(column(part), "varchar", dialect=DIALECT) for part in parts]
    joined: exp.Expr = texts[0]
    for part in texts[1:]:
        joined = exp.DPipe(this=exp.DPipe(this=joined, expression=text("|"), safe=True), expression=part, safe=True)
    return joined


def _referred(source: Source, reference: PersonReference) -> str:
    return reference.table if "." in reference.table else f"{source.source}.{reference.table}"


def _name_of(source: Source, definition: Table) -> str:
    return next(name for name, table_ in source.tables.items() if table_ is definition)


def with_local_day(query: exp.Query, sidecar: Sidecar, moment: str, day: str, timezone: str) -> exp.Select:
    """The query with `day` set to the local day of `moment`."""
    local = macro("local_day", column(moment), text(timezone))
    selected = [named(local, name) if name == day else column(name) for name in sidecar.columns]
    return exp.select(*selected).from_(query.subquery("mapped"))
