"""What means something else in DuckDB and in Spark, a rule each, on typed trees of sqlglot.

What belongs here: the rules, from the leaves up. Differences that no rule mends are refused by the lint of the tests
(`test_portability`), or stated in docs/spark.md. What does not: how a tree gets its types (`sql.spark`).
"""

from collections.abc import Callable

from sqlglot import exp, parse_one
from sqlglot.optimizer.annotate_types import annotate_types

DATES, MOMENTS = {"DATE"}, {"TIMESTAMP", "TIMESTAMPNTZ", "DATETIME"}
WHOLE = {"BIGINT", "HUGEINT", "INT128", "UBIGINT"}


def translated(tree: exp.Expr) -> exp.Expr:
    """The tree with each rule applied, from the leaves up."""
    for node in list(tree.dfs())[::-1]:
        rule = next((RULES[kind] for kind in type(node).__mro__ if kind in RULES), None)
        if rule is None:
            continue
        other = rule(node)
        if other is not node:
            if not isinstance(other, exp.DataType):
                other.type = other.type or node.type
            if node is tree:
                tree = other
            else:
                node.replace(other)
    return tree


def _kind(node: exp.Expr) -> str:
    """The name of a node's type, empty where it is not known."""
    return node.type.this.name if node.type is not None and isinstance(node.type.this, exp.DataType.Type) else ""


def _call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def _difference(node: exp.Expr) -> exp.Expr:
    """Days between dates are a number; from what else than a date would a date be taken."""
    if _kind(node.expression) in DATES and _kind(node.this) not in MOMENTS:
        return exp.cast(_call("datediff", node.this, node.expression), "bigint")
    return _shifted(node)


def _shifted(node: exp.Expr) -> exp.Expr:
    """Days are added as an integer; months and years to a moment."""
    if _kind(node.this) in DATES and _kind(node.expression) in WHOLE:
        node.set("expression", exp.cast(node.expression.copy(), "int"))
    return node


def _read_anew(node: exp.Expr) -> exp.Expr:
    """Spark puts no CTE by, unless it is told to."""
    node.set("materialized", None)
    return node


def _quotient(node: exp.Expr) -> exp.Expr:
    """A quotient is a floating point number, of decimals too."""
    for part in ("this", "expression"):
        if _kind(node.args[part]) not in ("DOUBLE", "FLOAT"):
            node.set(part, exp.cast(node.args[part].copy(), "double"))
    return node


def _unknown_left_out(node: exp.Expr) -> exp.Expr:
    """max_by and min_by pass over rows whose value is unknown."""
    known = exp.Where(this=node.this.copy().is_(exp.null()).not_())
    if isinstance(node.parent, exp.Filter):
        condition = node.parent.expression.this
        node.parent.expression.set("this", exp.and_(condition.copy(), known.this))
        return node
    return exp.Filter(this=node.copy(), expression=known)


def _anonymous(node: exp.Expr) -> exp.Expr:
    rule = CALLS.get(node.name.lower())
    return rule(node) if rule else node


def _tuple(node: exp.Expr) -> exp.Expr:
    """A row that is compared or ordered by; the right side of IN stays."""
    is_asked = isinstance(node.parent, exp.In) and node is node.parent.this
    return node if is_asked else _call("struct", *node.expressions)


def _windowed_filter(node: exp.Expr) -> exp.Expr:
    """Windows of Spark take no FILTER: what does not fulfil it is null."""
    if not isinstance(node.this, exp.Filter):
        return node
    function, condition = node.this.this.copy(), node.this.expression.this
    counted = function.this
    value = exp.Literal.number(1) if isinstance(counted, exp.Star) else counted.copy()
    function.set("this", exp.Case(ifs=[exp.If(this=condition.copy(), true=value)]))
    other = node.copy()
    other.set("this", function)
    return other


def _hashed(node: exp.Expr) -> exp.Expr:
    """A number of 64 bits; of a whole row where a table is named."""
    value = node.expressions[0]
    if isinstance(value, exp.TableColumn):
        return exp.cast(_call("xxhash64", _call("to_json", _row(value))), "decimal(20, 0)")
    return exp.cast(_call("xxhash64", *node.expressions), "decimal(20, 0)")


def _row(table: exp.TableColumn) -> exp.Expr:
    return _call("struct", exp.Column(this=exp.Star(), table=exp.to_identifier(table.name)))


def _seconds(node: exp.Expr) -> exp.Expr:
    """Seconds of a moment, or between two."""
    value = node.this
    if isinstance(value, exp.Paren):
        value = value.this
    micros: exp.Expr = _micros(value)
    if isinstance(value, exp.Sub):
        micros = exp.Paren(this=exp.Sub(this=_micros(value.this), expression=_micros(value.expression)))
    return exp.Paren(this=exp.Div(this=micros, expression=exp.Literal.number("1e6")))


def _micros(moment: exp.Expr) -> exp.Expr:
    return _call("unix_micros", exp.cast(moment.copy(), exp.DataType.Type.TIMESTAMPLTZ))


def _place_from_one(node: exp.Expr) -> exp.Expr:
    """The second parameter of a lambda is the element's place: DuckDB counts from one, Spark from zero."""
    if len(node.expressions) == 2:
        place = node.expressions[1].name
        for used in list(node.this.find_all(exp.Identifier)):
            if used.name == place and not isinstance(used.parent, exp.Dot):
                used.replace(exp.Paren(this=exp.Add(this=used.copy(), expression=exp.Literal.number(1))))
    return node


def _element(node: exp.Expr) -> exp.Expr:
    """An element, null beyond the last; or some of them."""
    place: exp.Expr = node.expressions[0]
    if not isinstance(place, exp.Slice):
        wanted = exp.Add(this=place.copy(), expression=exp.Literal.number(1)) if _is_from_zero(place) else place.copy()
        return _call("try_element_at", node.this, place if _kind(node.this) == "MAP" else exp.cast(wanted, "int"))
    first, last = place.this, place.expression
    last = last or _call("size", node.this)
    begins = exp.Paren(this=first.copy())
    length = exp.Add(this=exp.Sub(this=last.copy(), expression=begins), expression=exp.Literal.number(1))
    return _call("slice", node.this, first, length)


def _is_from_zero(place: exp.Expr) -> bool:
    """sqlglot's parser counts from zero where it sees by itself that a place is a whole number: not of a column."""
    seen = annotate_types(parse_one(place.sql("duckdb"), dialect="duckdb"))
    return seen.is_type(*exp.DataType.INTEGER_TYPES)


def _numbered(node: exp.Expr) -> exp.Expr:
    """Rows are numbered in an order, if it be none."""
    if isinstance(node.this, exp.RowNumber) and not (node.args.get("order") or node.args.get("alias")):
        node.set("order", exp.Order(expressions=[exp.Ordered(this=exp.null())]))
    other = _windowed_filter(node)
    return exp.cast(other.copy(), "bigint") if isinstance(other.this, RANKS) else other


def _collected(node: exp.Expr) -> exp.Expr:
    """A list in an order: sorted with what orders it, which is then taken off."""
    ordered = node.this
    if not isinstance(ordered, exp.Order):
        return node
    if any(key.args.get("desc") for key in ordered.expressions):
        raise ValueError("a list is collected in ascending order alone: Spark sorts it by a struct")
    value, keys = ordered.this, [key.this for key in ordered.expressions]
    parts = [exp.alias_(part.copy(), f"_{place}") for place, part in enumerate((*keys, value))]
    collected: exp.Expr = _call("collect_list", _call("struct", *parts))
    around = node.parent if isinstance(node.parent, exp.Filter) else None
    if around is not None:
        collected = exp.Filter(this=collected, expression=around.expression.copy())
    picked = exp.Lambda(
        this=exp.Dot(this=exp.to_identifier("row"), expression=exp.to_identifier(f"_{len(keys)}")),
        expressions=[exp.to_identifier("row")],
    )
    taken = _call("transform", _call("array_sort", collected), picked)
    if around is None:
        return taken
    around.replace(taken)
    return node


def _length(node: exp.Expr) -> exp.Expr:
    return _call("size", node.this) if _kind(node.this) in ("ARRAY", "LIST") else node


def _cast(node: exp.Expr) -> exp.Expr:
    """Rows are made of a list whose elements have the type; a whole row is written as JSON."""
    if isinstance(node.this, exp.TableColumn):
        return _call("to_json", _row(node.this))
    if not isinstance(node.this, exp.Explode):
        return node
    listed = exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[node.args["to"].copy()], nested=True)
    return exp.Explode(this=exp.cast(node.this.this.copy(), listed))


def _part(name: str, node: exp.Expr, more: int = 0) -> exp.Expr:
    """A part of a date; DuckDB begins weeks with Sunday as 0, ISO with Monday as 1, Spark with Sunday as 1 or Monday as 0."""
    number: exp.Expr = _call(name, node.this)
    if more:
        number = exp.Add(this=number, expression=exp.Literal.number(more))
    return exp.cast(number, "bigint")


def _type(node: exp.Expr) -> exp.Expr:
    """Spark's widest number has 38 digits; what it calls a timestamp here knows no zone."""
    told = {"INT128": "decimal(38, 0)", "UBIGINT": "decimal(20, 0)", "TIMESTAMPTZ": "timestamp_ltz"}.get(node.this.name)
    return exp.DataType.build(told, dialect="spark") if told else node


def _moved(zone: exp.Expr, moment: exp.Expr) -> exp.Expr:
    """A local time as the moment that it is, which stands in UTC; a moment as the local time that it is."""
    utc, is_moment = exp.Literal.string("UTC"), _kind(moment.unnest()) == "TIMESTAMPTZ"
    plain = exp.cast(moment.copy(), exp.DataType.Type.TIMESTAMPNTZ)
    other = _call("convert_timezone", *((utc, zone) if is_moment else (zone, utc)), plain)
    other.type = exp.DataType.build("timestamp" if is_moment else "timestamptz", dialect="duckdb")
    return other


def _until(value: exp.Expr, last: exp.Expr) -> exp.Expr:
    in_time = exp.LTE(this=value.copy(), expression=last.copy())
    return exp.Case(ifs=[exp.If(this=in_time, true=value.copy())])


def _whole_match(value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
    whole = exp.Literal.string(f"^(?:{pattern.name})$") if isinstance(pattern, exp.Literal) else pattern.copy()
    return exp.RegexpLike(this=value.copy(), expression=whole)


RANKS = (exp.RowNumber, exp.Ntile, exp.Rank, exp.DenseRank)
RULES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Sub: _difference,
    exp.Add: _shifted,
    exp.CTE: _read_anew,
    exp.Div: _quotient,
    exp.ArgMax: _unknown_left_out,
    exp.ArgMin: _unknown_left_out,
    exp.Anonymous: _anonymous,
    exp.Tuple: _tuple,
    exp.Window: _numbered,
    exp.Bracket: _element,
    exp.Lambda: _place_from_one,
    exp.ArrayAgg: _collected,
    exp.DataType: _type,
    exp.Cast: _cast,
    exp.Upper: lambda node: exp.Upper(
        this=_call("replace", node.this, exp.Literal.string("ß"), exp.Literal.string("ẞ"))
    ),
    exp.Length: _length,
    exp.PercentileCont: lambda node: _call("percentile", node.this, node.expression),
    exp.ArrayOverlaps: lambda node: _call("arrays_overlap", node.this, node.expression),
    exp.JarowinklerSimilarity: lambda node: _call("jaro_winkler", node.this, node.expression),
    exp.TimeToUnix: _seconds,
    exp.Hour: lambda node: _part("hour", node),
    exp.Day: lambda node: _part("day", node),
    exp.Week: lambda node: _part("weekofyear", node),
    exp.Month: lambda node: _part("month", node),
    exp.Quarter: lambda node: _part("quarter", node),
    exp.Year: lambda node: _part("year", node),
    exp.DayOfWeek: lambda node: _part("dayofweek", node, -1),
    exp.DayOfWeekIso: lambda node: _part("weekday", node, 1),
    exp.AtTimeZone: lambda node: _moved(node.args["zone"], node.this),
    exp.RegexpFullMatch: lambda node: _whole_match(node.this, node.expression),
}
CALLS: dict[str, Callable[[exp.Expr], exp.Expr]] = {
    "strlen": lambda node: _call("octet_length", *node.expressions),
    "timezone": lambda node: _moved(*node.expressions),
    "until": lambda node: _until(*node.expressions),
    "to_months": lambda node: _call("make_ym_interval", exp.Literal.number(0), *node.expressions),
    "to_years": lambda node: _call("make_ym_interval", *node.expressions),
    "hash": _hashed,
    "to_json": lambda node: _call(
        "to_json", *node.expressions, _call("map", exp.Literal.string("ignoreNullFields"), exp.Literal.string("false"))
    ),
    "epoch_us": lambda node: _micros(node.expressions[0]),
    "list_extract": lambda node: _call("try_element_at", *node.expressions),
}
