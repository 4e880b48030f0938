"""The segment language, compiled: all segments as one SELECT of (as_of_day, segment, profile_id).

Windows end with the as-of day of the run, never with the clock. An event that never happened counts
zero. Values become literals, never text pasted into SQL.
"""

import difflib
from collections.abc import Mapping

from sqlglot import exp

from cdp_pipeline.config.project import references
from cdp_pipeline.config.segments import Count, Event, Group, Property, Scalar, Segment, SegmentReference
from cdp_pipeline.domain.expressions import column, literal, named, null_as, table, text, union_all

METRIC_FIELDS = [
    "recency_days",
    "frequency",
    "monetary_value",
    "average_basket",
    "first_order_on",
    "last_order_on",
    "web_orders",
    "store_orders",
    "rfm_recency",
    "rfm_frequency",
    "rfm_monetary",
    "emails_sent_90d",
    "emails_opened_90d",
    "emails_clicked_90d",
    "web_views_90d",
    "videos_watched_90d",
    "events_attended_365d",
    "favourite_category",
    "last_satisfaction_score",
    "last_touch_on",
]
PROFILE_FIELDS = [
    "confidence",
    "weakest_link",
    "link_density",
    "cut_links",
    "preferred_channel",
    "messages_lately",
    "is_pressed",
    "gender",
    "birth_date",
    "postcode",
    "city",
    "region",
    "country",
    "language",
    "records",
    "sources",
    "first_seen_at",
    "last_changed_at",
]
EVENTS = ["order", "bought", "sent", "opened", "clicked", "viewed", "watched", "attended", "unsubscribed", "case"]
EVENT_FIELDS = ["channel", "object_id", "category", "campaign_id", "amount", "device", "source"]
COMPARISONS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip


def faults(segment: Segment) -> list[str]:
    """Names in a segment that do not exist, each with the nearest that does."""
    found = []
    for rule in segment.rules():
        if isinstance(rule, Property):
            found += _unknown("field", rule.field, [*METRIC_FIELDS, *PROFILE_FIELDS])
        if isinstance(rule, Event):
            found += _unknown("event", rule.event, EVENTS)
            found += [fault for leaf in _leaves(rule.where) for fault in _unknown("field", leaf.field, EVENT_FIELDS)]
    return found


def members_select(segments: Mapping[str, Segment]) -> exp.Query:
    """Columns as `segments.segment_members`, each segment after those it refers to."""
    if not segments:
        return _nobody()
    compiler = _Compiler()
    for name in _ordered(segments):
        compiler.add(name, segments[name])
    return compiler.select(sorted(segments))


class _Compiler:
    """Collects a CTE for each distinct event leaf, and one for each segment."""

    def __init__(self) -> None:
        self._events: dict[str, exp.Select] = {}
        self._segments: dict[str, exp.Select] = {}

    def add(self, name: str, segment: Segment) -> None:
        """Compile one segment; those that it refers to must have been added before."""
        condition = self._group(segment.include)
        if segment.exclude is not None:
            excluded = exp.func("coalesce", exp.Paren(this=self._group(segment.exclude)), exp.false())
            condition = exp.and_(condition, excluded.not_())
        self._segments[f"segment_{name}"] = (
            exp.select("base.as_of_day", "base.profile_id").from_("base").where(condition)
        )

    def select(self, names: list[str]) -> exp.Query:
        """The members of the named segments (as_of_day, segment, profile_id)."""
        parts = [
            exp.select("as_of_day", named(text(name), "segment"), "profile_id").from_(exp.to_table(f"segment_{name}"))
            for name in names
        ]
        query = exp.select("*").from_(union_all(parts).subquery("members")).with_("base", _base())
        for alias, select in {**self._events, **self._segments}.items():
            query = query.with_(alias, select)
        return query

    def _group(self, group: Group) -> exp.Expr:
        parts = [exp.Paren(this=self._rule(rule)) for rule in group.rules]
        joined = exp.and_(*parts) if group.combinator == "and" else exp.or_(*parts)
        return exp.func("coalesce", exp.Paren(this=joined), exp.false()).not_() if group.negated else joined

    def _rule(self, rule: object) -> exp.Expr:
        if isinstance(rule, Group):
            return self._group(rule)
        if isinstance(rule, Property):
            return _compared(column(rule.field, "base"), rule)
        if isinstance(rule, SegmentReference):
            inside = exp.select("as_of_day", "profile_id").from_(exp.to_table(f"segment_{rule.segment}"))
            return exp.In(this=_key("base"), query=inside.subquery())
        assert isinstance(rule, Event)
        return self._event(rule)

    def _event(self, rule: Event) -> exp.Expr:
        """The profiles of a count that zero fulfils are all but those whose count fails it."""
        zero_counts = _holds(0, rule.count)
        happened = exp.func("count", exp.Star())
        condition = COMPARISONS[rule.count.op](this=happened, expression=literal(rule.count.value))
        counted = _happened(rule).having(condition.not_() if zero_counts else condition)
        alias = f"event_{len(self._events) + 1}"
        same = next((name for name, known in self._events.items() if known == counted), None)
        self._events.setdefault(same or alias, counted)
        inside = exp.In(
            this=_key("base"),
            query=exp.select("as_of_day", "profile_id").from_(exp.to_table(same or alias)).subquery(),
        )
        return inside.not_() if zero_counts else inside


def _base() -> exp.Select:
    fields = [column(name, "metrics") for name in METRIC_FIELDS] + [column(name, "profiles") for name in PROFILE_FIELDS]
    return (
        exp.select("metrics.as_of_day", "metrics.profile_id", *fields)
        .from_("metrics.profile_metrics AS metrics")
        .join("run_days", on="metrics.as_of_day = run_days.day")
        .join("profile.profiles AS profiles", on="metrics.profile_id = profiles.profile_id")
    )


def _happened(rule: Event) -> exp.Select:
    """Grouped events of the window, ready for a condition on their number."""
    query = (
        exp.select(named(column("day", "run_days"), "as_of_day"), "timeline.profile_id")
        .from_(exp.alias_(table("profile.timeline"), "timeline", table=True))
        .join("run_days", on="timeline.occurred_on <= run_days.day")
        .where(
            exp.EQ(this=column("event", "timeline"), expression=text(rule.event)),
            "timeline.profile_id is not null",
        )
        .group_by("run_days.day", "timeline.profile_id")
    )
    if rule.within_days is not None:
        start = exp.Sub(this=column("day", "run_days"), expression=literal(rule.within_days))
        query = query.where(exp.GT(this=column("occurred_on", "timeline"), expression=start))
    if rule.where is not None:
        query = query.where(_where(rule.where))
    return query


def _where(group: Group) -> exp.Expr:
    parts: list[exp.Expr] = []
    for rule in group.rules:
        if isinstance(rule, Group):
            parts.append(exp.Paren(this=_where(rule)))
        elif isinstance(rule, Property):
            parts.append(exp.Paren(this=_compared(column(rule.field, "timeline"), rule)))
    joined = exp.and_(*parts) if group.combinator == "and" else exp.or_(*parts)
    return exp.func("coalesce", exp.Paren(this=joined), exp.false()).not_() if group.negated else joined


def _compared(field: exp.Expr, rule: Property) -> exp.Expr:
    if rule.operator in COMPARISONS:
        return COMPARISONS[rule.operator](this=field, expression=literal(_scalar(rule)))
    if rule.operator in ("in", "not in"):
        values = rule.value if isinstance(rule.value, tuple) else (_scalar(rule),)
        inside = exp.In(this=field, expressions=[literal(value) for value in values])
        return inside.not_() if rule.operator == "not in" else inside
    if rule.operator == "contains":
        return exp.func("contains", exp.Lower(this=field), text(str(rule.value).lower()))
    empty = field.is_(exp.null())
    return empty if rule.operator == "is null" else empty.not_()


def _scalar(rule: Property) -> Scalar:
    if rule.value is None or isinstance(rule.value, tuple):
        raise ValueError(f"operator {rule.operator} of {rule.field} needs one value")
    return rule.value


def _key(alias: str) -> exp.Tuple:
    return exp.Tuple(expressions=[column("as_of_day", alias), column("profile_id", alias)])


def _holds(number: int, count: Count) -> bool:
    outcomes = {"=": number == count.value, "!=": number != count.value, "<": number < count.value,
                "<=": number <= count.value, ">": number > count.value, ">=": number >= count.value}  # fmt: skip
    return outcomes[count.op]


def _ordered(segments: Mapping[str, Segment]) -> list[str]:
    order: list[str] = []
    while len(order) < len(segments):
        order += sorted(n for n in segments if n not in order and references(segments[n]) <= set(order))
    return order


def _leaves(group: Group | None) -> list[Property]:
    rules = group.rules if group else ()
    return [
        leaf
        for rule in rules
        for leaf in (_leaves(rule) if isinstance(rule, Group) else [rule])
        if isinstance(leaf, Property)
    ]


def _unknown(kind: str, name: str, known: list[str]) -> list[str]:
    if name in known:
        return []
    near = difflib.get_close_matches(name, known, n=1)
    return [f"{kind}: '{name}' does not exist; " + (f"did you mean '{near[0]}'?" if near else f"choose one of {known}")]


def _nobody() -> exp.Select:
    columns = (("as_of_day", "date"), ("segment", "varchar"), ("profile_id", "varchar"))
    return exp.select(*(named(null_as(kind), name) for name, kind in columns)).where(exp.false())
