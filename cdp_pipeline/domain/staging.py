"""From a table's configuration to the SELECT that types its raw lines.

What belongs here: the typed expression of each column type, which lines are refused, and which row is
current. What does not: mapping to unified tables (`domain.mapping`).
"""

from sqlglot import exp

from cdp_pipeline.config.deployment import Deployment
from cdp_pipeline.config.sidecar import Sidecar, SidecarColumn
from cdp_pipeline.config.sources import LINE_COLUMNS, Column, Table
from cdp_pipeline.domain.expressions import array, column, macro, named, null_as, table, text

SQL_TYPES = {
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18,2)",
    "boolean": "BOOLEAN",
}
DATE_FORMATS = ("%Y-%m-%d",)
UNTYPED = {"text"}
LINE_DESCRIPTIONS = {
    "_extract_date": SidecarColumn(type="DATE", description="Day of the extract"),
    "_file": SidecarColumn(type="VARCHAR", description="File below data/landing/"),
    "_line": SidecarColumn(type="BIGINT", description="Line in the file, from 1"),
}


def staging_sidecar(name: str, definition: Table) -> Sidecar:
    """Columns of `staging.<name>`, described from the source's configuration."""
    described = {
        column_name: SidecarColumn(
            type=SQL_TYPES.get(content.type, "VARCHAR"),
            description=content.description or f"{column_name} ({content.type})",
            privacy=content.privacy_class,
        )
        for column_name, content in definition.columns.items()
    }
    return Sidecar(
        description=definition.description or f"{name}, typed and standardised",
        grain="one event" if definition.is_event else f"current state of one {', '.join(definition.key)}",
        key=definition.key,
        partition="_extract_date" if definition.is_event else None,
        columns={**described, **LINE_DESCRIPTIONS},
    )


def staging_select(name: str, definition: Table, deployment: Deployment) -> exp.Select:
    """Typed rows of `raw.<name>`: the current state of each key, or the events of the run's days.

    A later line wins over an earlier one with the same key.
    """
    typed = _typed(definition, deployment, table(f"raw.{name}"))
    refusing = [check for check in _checks(definition) if check[1].refuses_row]
    accepted = [_faulty(column_name, content).not_() for column_name, content in refusing]
    newest = exp.Window(
        this=exp.func("row_number"),
        partition_by=[column(part) for part in definition.key],
        order=exp.Order(expressions=[exp.Ordered(this=column(part), desc=True) for part in LINE_COLUMNS]),
    )
    chosen = exp.select(*(column(part) for part in (*definition.columns, *LINE_COLUMNS))).from_(
        typed.where(*_window(name, definition)).subquery("typed")
    )
    return chosen.where(*accepted).qualify(exp.EQ(this=newest, expression=exp.convert(1)))


def quarantine_select(name: str, source: str, table_name: str, definition: Table, deployment: Deployment) -> exp.Select:
    """Every line of the run's days that was refused, and every value that was nulled, with its reason.

    Only suspects are typed a second time: lines that staging lacks, and those that lost a value in it.
    """
    typed = _typed(definition, deployment, _suspects(name, definition))
    problems = [
        exp.If(this=_faulty(column_name, content), true=_problem(column_name, content), false=exp.null())
        for column_name, content in _checks(definition)
    ]
    unreadable = exp.If(
        this=column("_reject_reason").is_(exp.null()).not_(),
        true=_struct(
            null_as("varchar"),
            exp.func("concat", text("unreadable line: "), column("_reject_reason")),
            text("correct the line in the source"),
            False,
        ),
        false=exp.null(),
    )
    listed = exp.func("unnest", exp.Array(expressions=[unreadable, *problems]))
    found = exp.select(*(column(part) for part in (*LINE_COLUMNS, "_reject_text")), named(listed, "problem")).from_(
        typed.subquery("typed")
    )
    return (
        exp.select(
            named(column("_extract_date"), "extract_date"),
            named(text(source), "source"),
            named(text(table_name), "source_table"),
            named(column("_file"), "file"),
            named(column("_line"), "line"),
            *(
                named(exp.Dot(this=column("problem"), expression=exp.to_identifier(part)), f"{part}")
                for part in ("column_name", "reason", "remedy", "row_loaded")
            ),
            named(column("_reject_text"), "raw_line"),
        )
        .from_(found.subquery("found"))
        .where(column("problem").is_(exp.null()).not_())
    )


def _suspects(name: str, definition: Table) -> exp.Expr:
    """Raw lines of the run's days that staging lacks or holds with an invalid value."""
    same_line = [exp.EQ(this=column(part, "delivered"), expression=column(part, "loaded")) for part in LINE_COLUMNS]
    faulty = [
        _invalid(content, column(part, "loaded"), macro("known", column(part, "delivered")))
        for part, content in _checks(definition)
    ]
    return (
        exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier("delivered")))
        .from_(exp.alias_(table(f"raw.{name}"), "delivered", table=True))
        .join(exp.alias_(table(f"staging.{name}"), "loaded", table=True), on=exp.and_(*same_line), join_type="left")
        .where(
            _in_run_days("delivered"),
            exp.or_(column("_line", "loaded").is_(exp.null()), *faulty),
        )
        .subquery("suspects")
    )


def _typed(definition: Table, deployment: Deployment, lines: exp.Expr) -> exp.Select:
    """Each column typed, with `<column>__delivered` where a value may fail its type."""
    typed = [named(_value(part, definition, deployment), part) for part in definition.columns]
    delivered = [named(macro("known", column(part)), f"{part}__delivered") for part, content in _checks(definition)]
    extra = [column("_reject_reason"), column("_reject_text")]
    selected = exp.select(*typed, *delivered, *(column(part) for part in LINE_COLUMNS), *extra)
    return selected.from_(lines)


def _window(name: str, definition: Table) -> list[exp.Expr]:
    readable = column("_reject_reason").is_(exp.null())
    if definition.is_event:
        return [readable, _in_run_days()]
    if definition.extract.load == "delta":
        return [readable]
    newest = exp.select(exp.Max(this=column("_extract_date"))).from_(table(f"raw.{name}"))
    return [readable, exp.EQ(this=column("_extract_date"), expression=newest.subquery())]


def _in_run_days(lines: str | None = None) -> exp.Expr:
    return exp.In(this=column("_extract_date", lines), query=exp.select("day").from_("run_days").subquery())


def _checks(definition: Table) -> list[tuple[str, Column]]:
    return [
        (name, content)
        for name, content in definition.columns.items()
        if content.type not in UNTYPED or content.required or name in definition.key
    ]


def _faulty(name: str, content: Column) -> exp.Expr:
    return _invalid(content, column(name), column(f"{name}__delivered"))


def _invalid(content: Column, typed: exp.Expr, delivered: exp.Expr) -> exp.Expr:
    empty = typed.is_(exp.null())
    return empty if content.required else exp.and_(empty, delivered.is_(exp.null()).not_())


def _problem(name: str, content: Column) -> exp.Expr:
    known = column(f"{name}__delivered").is_(exp.null())
    reason = exp.If(this=known, true=text("required value is missing"), false=text(f"not a valid {content.type}"))
    expected = f" ({', '.join(content.formats)})" if content.formats else ""
    return _struct(
        text(name),
        reason,
        text(f"correct it in the source, or the type of the column{expected}"),
        not content.refuses_row,
    )


def _struct(name: exp.Expr, reason: exp.Expr, remedy: exp.Expr, row_loaded: bool) -> exp.Struct:
    parts = {"column_name": name, "reason": reason, "remedy": remedy, "row_loaded": exp.convert(row_loaded)}
    return exp.Struct(expressions=[exp.PropertyEQ(this=text(key), expression=value) for key, value in parts.items()])


def _value(name: str, definition: Table, deployment: Deployment) -> exp.Expr:
    content = definition.columns[name]
    raw = column(name)
    match content.type:
        case "name":
            return macro("clean_name", raw)
        case "email":
            return macro("clean_email", raw)
        case "country":
            return macro("clean_country", raw)
        case "postcode":
            return macro("clean_postcode", raw, _country(definition, content, deployment))
        case "phone":
            postcode = next((column(n) for n, c in definition.columns.items() if c.type == "postcode"), exp.null())
            return macro("clean_phone", raw, macro("phone_region", postcode, _country(definition, content, deployment)))
        case "date":
            return macro("parse_date", raw, array(content.formats or DATE_FORMATS))
        case "timestamp":
            zone = text(content.timezone or deployment.timezone)
            return (
                macro("parse_local", raw, array(content.formats), zone)
                if content.formats
                else macro("parse_iso", raw, zone)
            )
    return _plain_value(content, raw)


def _plain_value(content: Column, raw: exp.Column) -> exp.Expr:
    known = macro("known", raw)
    if content.type == "integer":
        return exp.TryCast(this=known, to=exp.DataType.build("bigint"))
    if content.type == "decimal":
        number = exp.func("replace", known, text(","), text(".")) if content.decimal_separator == "," else known
        return exp.TryCast(this=number, to=exp.DataType.build("decimal(18,2)"))
    if content.type == "boolean":
        lowered = exp.Lower(this=known)
        return exp.Case(
            ifs=[
                exp.If(
                    this=exp.In(this=lowered, expressions=[text(v) for v in content.true_values]),
                    true=exp.true(),
                ),
                exp.If(
                    this=exp.In(this=lowered, expressions=[text(v) for v in content.false_values]),
                    true=exp.false(),
                ),
            ]
        )
    return macro("blank_to_null", raw)


def _country(definition: Table, content: Column, deployment: Deployment) -> exp.Expr:
    default = text(content.default_country or deployment.default_country)
    delivered = next((n for n, c in definition.columns.items() if c.type == "country"), None)
    return exp.func("coalesce", macro("clean_country", column(delivered)), default) if delivered else default
