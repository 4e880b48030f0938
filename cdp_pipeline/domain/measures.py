"""What a delivered day looks like, measured on its typed lines, so that it can be compared with other days.

What belongs here: the measures of one delivered table, as a SELECT. What does not: what is usual
(`checks.behaviour`). No measure holds a value of a person.
"""

from sqlglot import exp

from cdp_pipeline.config.sources import Column, Table
from cdp_pipeline.domain.expressions import column, literal, macro, named, null_as, table, text, union_all, within
from cdp_pipeline.domain.staging import TYPED

NUMBERS = ("integer", "decimal")
MEDIAN_VARIANCE = 1.5708
"""Variance of a median against that of a mean, of many values (pi / 2)."""
DAY = column("_extract_date")
PARTS = ("column_name", "measure", "kind", "value", "size", "noise")


def measures_select(source: str, source_table: str, definition: Table, timezone: str) -> exp.Query:
    """Measures of the run's days, from the lines of `typed` and the list of files.

    Columns: measured_on, column_name (empty for the whole table), measure, kind (how it is compared), value,
    size (rows that it is of), noise (variance of the value's logarithm that chance alone brings, of a level).
    Built without copies: there is a measure for everything, of every column of all sources.
    """
    is_snapshot = definition.extract.load == "snapshot"
    measures: list[exp.Expr] = [
        _measure("", "rows", "stock" if is_snapshot else "count", _count(exp.Star()), _count(exp.Star()))
    ]
    for name, content in definition.columns.items():
        measures += _of_column(name, content, timezone, is_key=name in definition.key)
    of_run = within(DAY, exp.select("day").from_("run_days"))
    by_day = exp.select(named(DAY, "measured_on"), named(exp.Array(expressions=measures), "measures"), copy=False)
    by_day = by_day.from_(TYPED, copy=False).where(of_run, copy=False).group_by(DAY, copy=False)
    each = exp.select(column("measured_on"), named(exp.func("unnest", column("measures")), "found"))
    each = each.from_(by_day.subquery("by_day", copy=False), copy=False)
    found = [named(exp.Dot(this=column("found"), expression=exp.to_identifier(part)), part) for part in PARTS]
    is_told = exp.Dot(this=column("found"), expression=exp.to_identifier("value")).is_(exp.null()).not_()
    of_lines = exp.select(column("measured_on"), *found).from_(each.subquery("each", copy=False), copy=False)
    of_lines = of_lines.where(is_told, copy=False)
    return union_all([of_lines, *_of_files(source, source_table, is_snapshot=is_snapshot)])


def _of_files(source: str, source_table: str, *, is_snapshot: bool) -> list[exp.Select]:
    """Whether a file came, of every day since the first that any file came of; and no rows of a file without a line."""
    mine = exp.and_(
        exp.EQ(this=column("source"), expression=text(source)),
        exp.EQ(this=column("source_table"), expression=text(source_table)),
    )
    files = exp.select("extract_date").from_(table("quality.extracts")).where(mine)
    first = exp.select(exp.Min(this=column("extract_date"))).from_(table("quality.extracts")).where(mine)
    came = exp.In(this=column("day"), query=files.subquery())
    filled = exp.select(DAY).from_(TYPED).where(exp.EQ(this=DAY, expression=column("day", "run_days")))
    ran = exp.In(this=column("day"), query=exp.select("extract_date").from_(table("quality.extracts")).subquery())

    arrived = exp.Case(ifs=[exp.If(this=came, true=literal(1))], default=literal(0))
    since_first = exp.GTE(this=column("day"), expression=first.subquery())
    return [
        _of_day("delivered", "delivered", arrived).where(since_first, ran),
        _of_day("rows", "stock" if is_snapshot else "count", literal(0)).where(
            came.copy(), exp.Exists(this=filled).not_()
        ),
    ]


def _of_day(measure: str, kind: str, value: exp.Expr) -> exp.Select:
    """A measure of each of the run's days that no line tells."""
    parts = (text(""), text(measure), text(kind), exp.cast(value, "double"), literal(0), null_as("double"))
    values = (named(part, name) for part, name in zip(parts, PARTS, strict=True))
    return exp.select(named(column("day"), "measured_on"), *values).from_("run_days")


def _of_column(name: str, content: Column, timezone: str, *, is_key: bool) -> list[exp.Expr]:
    """The measures of one column; different values of a key are counted, of others estimated (HyperLogLog)."""
    value = column(name)
    distinct = exp.Count(this=exp.Distinct(expressions=[value])) if is_key else exp.func("approx_count_distinct", value)
    filled = _count(value)
    measures: list[exp.Expr] = [
        _measure(name, "filled", "share", _ratio(filled, _count(exp.Star())), _count(exp.Star())),
        _measure(
            name,
            "distinct",
            "share",
            exp.func("least", _ratio(distinct, filled), literal(1.0)),
            filled,
        ),
    ]
    if content.type == "boolean":
        measures.append(_measure(name, "true", "share", _ratio(exp.func("count_if", value), filled), filled))
    elif content.type in NUMBERS:
        measures.append(_level(name, "median", exp.cast(value, "double")))
        measures.append(_share_of(name, "negative", exp.LT(this=value, expression=literal(0))))
    elif content.type == "date":
        years = exp.Div(this=exp.paren(exp.Sub(this=DAY, expression=value)), expression=literal(365.25))
        measures.append(_level(name, "median years ago", years))
        measures.append(_share_of(name, "in the future", exp.GT(this=value, expression=DAY)))
    elif content.type == "timestamp":
        local = macro("timezone", text(timezone), macro("timezone", text("UTC"), value))
        local_day = exp.cast(local, "date")
        measures += [
            _share_of(name, "in the future", exp.GT(this=local_day, expression=DAY)),
            _share_of(name, "of the day", exp.EQ(this=local_day.copy(), expression=DAY)),
            _share_of(name, "at night", exp.LT(this=macro("date_part", text("hour"), local), expression=literal(5))),
        ]
    return measures


def _share_of(name: str, measure: str, condition: exp.Expr) -> exp.Expr:
    filled = _count(column(name))
    return _measure(name, measure, "share", _ratio(exp.func("count_if", condition), filled), filled)


def _level(name: str, measure: str, value: exp.Expr) -> exp.Expr:
    """The median, with the variance that its logarithm has by chance."""
    size = exp.func("abs", value)
    logarithm = exp.Case(ifs=[exp.If(this=exp.NEQ(this=value, expression=literal(0)), true=exp.func("ln", size))])
    noise = _ratio(exp.Mul(this=literal(MEDIAN_VARIANCE), expression=exp.func("var_samp", logarithm)), _count(value))
    return _measure(name, measure, "level", exp.func("median", value), _count(value), noise)


def _measure(
    name: str, measure: str, kind: str, value: exp.Expr, size: exp.Expr, noise: exp.Expr | None = None
) -> exp.Struct:
    told = (exp.cast(value.copy(), "double"), exp.cast(size.copy(), "bigint"))
    chance = exp.cast(noise, "double") if noise is not None else null_as("double")
    parts = dict(zip(PARTS, (text(name), text(measure), text(kind), *told, chance), strict=True))
    return exp.Struct(expressions=[exp.PropertyEQ(this=text(key), expression=part) for key, part in parts.items()])


def _count(value: exp.Expr) -> exp.Expr:
    return exp.func("count", value.copy())


def _ratio(part: exp.Expr, whole: exp.Expr) -> exp.Expr:
    """Part of the whole; null of nothing."""
    nothing = exp.func("nullif", whole.copy(), literal(0))
    return exp.Div(this=exp.paren(exp.cast(part.copy(), "double")), expression=nothing)
