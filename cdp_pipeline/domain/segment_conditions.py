"""Conditions of the segment language on one row: of a profile, or of a touch as of a day.

What belongs here: comparisons, windows and kinds of events, as expressions. What does not: what rows come to, and
segments (`domain.segments`).
"""

from sqlglot import exp

from cdp_pipeline.config.segments import DaysAgo, Event, Group, Property, Scalar, Step
from cdp_pipeline.domain.expressions import column, literal, macro, text
from cdp_pipeline.domain.segment_vocabulary import Field, Vocabulary

COMPARISONS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip


def is_event(rule: Event | Step, known: Vocabulary) -> exp.Expr:
    """Whether a touch is of the kind that a rule or a step names."""
    is_kind = exp.EQ(this=column("event", "timeline"), expression=text(rule.event))
    return is_kind if rule.where is None else exp.and_(is_kind, exp.Paren(this=_where(rule.where, known)))


def begun(rule: Event) -> list[exp.Expr]:
    """That the window of an event has begun: for the steps that follow it too."""
    day, as_of = column("occurred_on", "timeline"), column("day", "run_days")
    found: list[exp.Expr] = []
    if rule.within_days is not None:
        found.append(exp.GT(this=day, expression=exp.Sub(this=as_of, expression=literal(rule.within_days))))
    if rule.since is not None:
        found.append(exp.GTE(this=day.copy(), expression=_value(rule.since, as_of)))
    return found


def ended(rule: Event) -> list[exp.Expr]:
    """That the window of an event has not ended."""
    if rule.until is None:
        return []
    last = _value(rule.until, column("day", "run_days"))
    return [exp.LTE(this=column("occurred_on", "timeline"), expression=last)]


def _where(group: Group, known: Vocabulary) -> exp.Expr:
    parts = []
    for rule in group.rules:
        if isinstance(rule, Group):
            parts.append(exp.Paren(this=_where(rule, known)))
        elif isinstance(rule, Property):
            field = as_day(column(rule.field, "timeline"), known.event_fields[rule.field])
            parts.append(exp.Paren(this=compared(field, rule, column("day", "run_days"))))
    return joined_by(group, parts)


def joined_by(group: Group, parts: list[exp.Paren]) -> exp.Expr:
    """All of them, or any, as the group combines them; negated, it holds too where its parts can't be told."""
    joined = exp.and_(*parts) if group.combinator == "and" else exp.or_(*parts)
    return certain(joined).not_() if group.negated else joined


def certain(condition: exp.Expr) -> exp.Expr:
    """The condition, where what can't be told counts as no."""
    return exp.func("coalesce", exp.Paren(this=condition), exp.false())


def compared(field: exp.Expr, rule: Property, as_of: exp.Expr) -> exp.Expr:
    """A field compared with a rule's values; days ago are counted from `as_of`."""
    values = [_value(value, as_of) for value in rule.values]
    if rule.operator in COMPARISONS:
        return COMPARISONS[rule.operator](this=field, expression=values[0])
    if rule.operator in ("in", "not in"):
        inside: exp.Expr = exp.In(this=field, expressions=values)
        return inside.not_() if rule.operator == "not in" else inside
    if rule.operator in ("between", "not between"):
        inside = exp.Between(this=field, low=values[0], high=values[1])
        return inside.not_() if rule.operator == "not between" else inside
    if rule.operator in ("contains", "begins with"):
        name = "contains" if rule.operator == "contains" else "starts_with"
        return exp.func(name, exp.Lower(this=field), text(str(rule.values[0]).lower()))
    empty = field.is_(exp.null())
    return empty if rule.operator == "is null" else empty.not_()


def _value(value: Scalar, as_of: exp.Expr) -> exp.Expr:
    if isinstance(value, DaysAgo):
        return exp.Sub(this=as_of.copy(), expression=literal(value.days_ago))
    return literal(value)


def as_day(field: exp.Expr, of: Field) -> exp.Expr:
    """Moments are compared as days of the deployment's time zone."""
    if of.type != "TIMESTAMP":
        return field
    return macro("local_day", field, exp.select("timezone").from_("deployment").subquery())
