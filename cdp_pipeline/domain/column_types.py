"""The typed expression of each column type, over the delivered text.

What belongs here: one column's value. What does not: which lines are refused (`domain.staging`). What only
a library can parse comes from `staging.parsed_values`, which the lines are joined to.
"""

from sqlglot import exp

from cdp_pipeline.config.deployment import Deployment
from cdp_pipeline.config.sources import Column, Table
from cdp_pipeline.domain.expressions import array, column, macro, named, null_as, table, text

SQL_TYPES = {
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18,2)",
    "boolean": "BOOLEAN",
}
DATE_FORMATS = ("%Y-%m-%d",)


def value_of(name: str, definition: Table, deployment: Deployment) -> exp.Expr:
    """The typed value of a delivered column; null where it is not valid."""
    content = definition.columns[name]
    raw = column(name)
    match content.type:
        case "name":
            return macro("clean_name", raw)
        case "email":
            return exp.func("coalesce", macro("clean_email", raw), column("parsed", _joined(name)))
        case "country":
            return macro("clean_country", raw)
        case "postcode":
            return macro("clean_postcode", raw, _country(definition, content, deployment))
        case "phone":
            return column("parsed", _joined(name))
        case "date":
            parsed = macro("parse_date", raw, array(content.formats or DATE_FORMATS))
            return macro("until", parsed, column("_extract_date")) if _is_birth_date(name, definition) else parsed
        case "timestamp":
            zone = text(content.timezone or deployment.timezone)
            if not content.formats:
                return macro("parse_iso", raw, zone)
            local = [pattern for pattern in content.formats if "%z" not in pattern]
            with_offset = [pattern for pattern in content.formats if "%z" in pattern]  # these give a moment in UTC
            kinds = ((local, zone), (with_offset, text("UTC")))
            return exp.func(
                "coalesce",
                *(macro("parse_local", raw, array(patterns), place) for patterns, place in kinds if patterns),
            )
    return _plain_value(content, raw)


def _is_birth_date(name: str, definition: Table) -> bool:
    """Nobody is born after the day of the extract."""
    return any(
        target == "person_records" and mapping.get("birth_date") == name for target, mapping in definition.mappings()
    )


def _plain_value(content: Column, raw: exp.Column) -> exp.Expr:
    known = macro("known", raw)
    if content.type == "integer":
        return macro("parse_integer", raw)
    if content.type == "decimal":
        return macro("parse_decimal_comma" if content.decimal_separator == "," else "parse_decimal", raw)
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


def with_parsed_values(lines: exp.Select, definition: Table, deployment: Deployment) -> exp.Select:
    """The lines, joined to the parsed values of their columns."""
    for part, kind, region in _parsed_columns(definition, deployment):
        join = exp.alias_(table("staging.parsed_values"), _joined(part), table=True)
        same = (
            exp.EQ(this=column("kind", _joined(part)), expression=text(kind)),
            exp.EQ(this=column("value", _joined(part)), expression=exp.Trim(this=column(part))),
            exp.EQ(this=column("region", _joined(part)), expression=region),
        )
        lines = lines.join(join, on=exp.and_(*same), join_type="left")
    return lines


def unparsed_selects(name: str, definition: Table, deployment: Deployment) -> list[exp.Select]:
    """For each column that SQL alone can't standardise: kind, value and region of its distinct values."""
    selects = []
    for part, kind, region in _parsed_columns(definition, deployment):
        wanted: list[exp.Expr] = [macro("known", column(part)).is_(exp.null()).not_()]
        if kind == "email":
            wanted.append(_is_unusual_address(part))
        if definition.is_event:
            days = exp.select("day").from_("run_days").subquery()
            wanted.append(exp.In(this=column("_extract_date"), query=days))
        asked = exp.select(
            named(text(kind), "kind"), named(exp.Trim(this=column(part)), "value"), named(region, "region")
        )
        selects.append(asked.distinct().from_(table(f"raw.{name}")).where(*wanted))
    return selects


def _is_unusual_address(name: str) -> exp.Expr:
    """Only quotes and letters beyond ASCII make a valid address that `clean_email` does not know."""
    longer = exp.NEQ(this=exp.func("strlen", column(name)), expression=exp.func("length", column(name)))
    return exp.or_(longer, exp.func("contains", column(name), text('"')))


def _parsed_columns(definition: Table, deployment: Deployment) -> list[tuple[str, str, exp.Expr]]:
    """Column, kind, and the region that its record says."""
    postcode = next((column(n) for n, c in definition.columns.items() if c.type == "postcode"), null_as("varchar"))
    found: list[tuple[str, str, exp.Expr]] = []
    for name, content in definition.columns.items():
        if content.type == "phone":
            country = _country(definition, content, deployment)
            found.append((name, "phone", macro("phone_region", postcode, country)))
        elif content.type == "email":
            found.append((name, "email", text("")))
    return found


def _joined(name: str) -> str:
    return f"{name}__parsed"
