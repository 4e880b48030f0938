"""The segment language, compiled: all segments as one SELECT of (as_of_day, segment, profile_id).

Windows end with the as-of day of the run, never with the clock. An event that never happened counts
zero; a missing value fulfils no comparison. Values become literals, never text pasted into SQL.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlglot import exp

from cdp_pipeline.config.project import references, with_references
from cdp_pipeline.config.segments import (
    Event,
    Group,
    Limit,
    Promotion,
    Property,
    Sample,
    Segment,
    SegmentReference,
    Sum,
)
from cdp_pipeline.domain.expressions import column, literal, macro, named, null_as, table, text, union_all, within
from cdp_pipeline.domain.segment_conditions import (
    COMPARISONS,
    as_day,
    begun,
    certain,
    compared,
    ended,
    is_event,
    joined_by,
)
from cdp_pipeline.domain.segment_sequences import EventSequence, begins, followed
from cdp_pipeline.domain.segment_vocabulary import METRICS, PROFILES, SCORES, TIMELINE, Field, Vocabulary

DAY, WHO = "as_of_day", "profile_id"
TURNED = "turned"
"""Staged by whoever asks for `truths_select`: the rows (segment, profile_id) that it is about."""


def members_select(
    segments: Mapping[str, Segment], known: Vocabulary, queries: Mapping[str, exp.Query], only: str | None = None
) -> exp.Query:
    """Columns as `segments.segment_members`, of all segments or of one (with those that it refers to).

    `queries` are those of segments in SQL, which hold as of the single day in `run_days`.
    """
    if not segments:
        return _nobody()
    asked = {only} if only else set(segments)
    compiler = _Compiler(known, queries)
    for name in _ordered({name: segments[name] for name in with_references(asked, segments)}):
        compiler.add(name, segments[name])
    return compiler.members(sorted(asked))


def truths_select(segments: Mapping[str, Segment], known: Vocabulary, queries: Mapping[str, exp.Query]) -> exp.Query:
    """Whether each condition of a segment holds for the profiles in `turned`: (as_of_day, segment, profile_id, place, holds).

    A segment in SQL has no conditions.
    """
    asked = {name: conditions(segment) for name, segment in segments.items() if segment.query is None}
    if not asked:
        return _nobody(place="bigint", holds="boolean")
    named = with_references({other for segment in segments.values() for other in references(segment)}, segments)
    compiler = _Compiler(known, queries, of_turned=not named)
    for name in _ordered({name: segments[name] for name in named}):
        compiler.add(name, segments[name])
    return compiler.truths(asked)


def conditions(segment: Segment) -> list[Group]:
    """What has to hold, one after another: rules of `include`, that `exclude` does not hold, that nothing promoted was bought."""
    found: list[Group] = []
    if segment.include is not None and not segment.include.negated:
        found += [Group(rules=(rule,)) for rule in segment.include.rules]
    elif segment.include is not None:
        found.append(segment.include)
    if segment.exclude is not None:
        found.append(_none_of(segment.exclude))
    if segment.promotes is not None:
        found.append(_none_of(bought(segment.promotes)))
    return found


def _none_of(rule: Group | Event) -> Group:
    return Group.model_validate({"not": True, "rules": (rule,)})


def bought(promoted: Promotion) -> Event:
    """That something promoted was bought lately."""
    parts = (("object_id", promoted.skus), ("category", promoted.categories))
    rules = tuple(Property(field=name, operator="in", value=values) for name, values in parts if values)
    return Event(event="bought", within_days=promoted.within_days, where=Group(combinator="or", rules=rules))


class _Compiler:
    """Collects what events come to, each distinct one once, and the segments; of profiles `of_turned` alone, or of all.

    A segment that others refer to is a CTE, which is staged once.
    """

    def __init__(self, known: Vocabulary, queries: Mapping[str, exp.Query], *, of_turned: bool = False) -> None:
        self._known = known
        self._queries = queries
        self._of_turned = of_turned
        self._used: set[str] = set()
        self._kinds: set[str] = set()
        self._occasions: list[exp.Expr] = []
        self._sequences: list[EventSequence] = []
        self._happened: list[exp.Expr] = []
        self._followed: list[exp.Expr] = []
        self._segments: dict[str, exp.Query] = {}
        self._referred: set[str] = set()

    def add(self, name: str, segment: Segment) -> None:
        """Compile one segment; those that it refers to must have been added before."""
        if segment.query is not None:
            self._segments[name] = _of_query(self._queries[segment.query])
            return
        query = exp.select(column(DAY, "base"), column(WHO, "base")).from_("base").where(self._condition(segment))
        self._segments[name] = self._limited(query, segment.limit)

    def members(self, names: list[str]) -> exp.Query:
        """The members of the named segments (as_of_day, segment, profile_id)."""
        parts = [exp.select(DAY, named(text(name), "segment"), WHO).from_(self._rows_of(name)) for name in names]
        return self._with_parts(exp.select("*").from_(union_all(parts).subquery("members")))

    def _rows_of(self, name: str) -> exp.Expr:
        alias = f"segment_{name}"
        return exp.to_table(alias) if name in self._referred else self._segments[name].subquery(alias)

    def truths(self, asked: Mapping[str, list[Group]]) -> exp.Query:
        """A row a condition, day and profile that turned."""
        parts = [
            exp.select(
                column(DAY, "base"),
                named(text(name), "segment"),
                column(WHO, "base"),
                named(exp.cast(literal(place), "bigint"), "place"),
                named(certain(self._group(condition)), "holds"),
            )
            .from_("base")
            .where(within(column(WHO, "base"), _turned(name)))
            for name, found in sorted(asked.items())
            for place, condition in enumerate(found)
        ]
        return self._with_parts(exp.select("*").from_(union_all(parts).subquery("truths")))

    def _with_parts(self, query: exp.Select) -> exp.Query:
        """Each part is made once, however many segments ask for it."""
        base = _base(self._known, self._used)
        if self._of_turned:
            base = base.where(_in_turned(_plain(METRICS)))
        for alias, touches, numbers in self._passes():
            base = _with_numbers(base, alias, [number.alias for number in numbers])
            grouped = exp.select(DAY, WHO, *numbers).from_(touches.subquery("touches")).group_by(DAY, WHO)
            query = query.with_(alias, grouped, materialized=True, copy=False)
        query = query.with_("base", base, materialized=True, copy=False)
        for name, select in self._segments.items():
            if name in self._referred:
                query = query.with_(f"segment_{name}", select.copy(), materialized=True, copy=False)
        return query

    def _passes(self) -> Iterator[tuple[str, exp.Select, list[exp.Expr]]]:
        """A CTE's name, the touches that it is about and the numbers that they come to: all that is asked, in one pass.

        Touches that others have to follow are put in order, which takes another.
        """
        if self._occasions:
            kinds = exp.In(this=column("event", "timeline"), expressions=[text(kind) for kind in sorted(self._kinds)])
            told = (named(condition, _occasion(place)) for place, condition in enumerate(self._occasions))
            yield "happened", self._touches().where(kinds).select(*told), _numbers("happened", self._happened)
        if self._sequences:
            yield "followed", followed(self._touches(), self._sequences), _numbers("followed", self._followed)

    def _touches(self) -> exp.Select:
        """The touches up to each day, of the profiles that are asked about."""
        touches = (
            exp.select(named(column("day", "run_days"), DAY), "timeline.*")
            .from_(exp.alias_(table(TIMELINE), "timeline", table=True))
            .join("run_days", on="timeline.occurred_on <= run_days.day")
            .where("timeline.profile_id is not null")
        )
        return touches.where(_in_turned("timeline")) if self._of_turned else touches

    def _condition(self, segment: Segment) -> exp.Expr:
        assert segment.include is not None
        condition = self._group(segment.include)
        for left_out in (segment.exclude, segment.promotes and bought(segment.promotes)):
            if left_out is not None:
                condition = exp.and_(condition, certain(self._rule(left_out)).not_())
        return condition

    def _limited(self, query: exp.Select, limit: Limit | None) -> exp.Query:
        if limit is None:
            return query
        highest = limit.order == "highest"
        window = {"partition_by": [column(DAY, "base")]}
        order = exp.Order(
            expressions=[
                exp.Ordered(this=self._field(limit.by), desc=highest, nulls_first=False),
                exp.Ordered(this=column(WHO, "base")),
            ]
        )
        place = exp.Window(this=exp.RowNumber(), order=order, **window)
        last: exp.Expr = literal(limit.count)
        if limit.share is not None:
            number = exp.Window(this=exp.Count(this=exp.Star()), **window)
            last = exp.Ceil(this=exp.Mul(this=literal(limit.share), expression=number))
        return query.where(self._field(limit.by).is_(exp.null()).not_()).qualify(exp.LTE(this=place, expression=last))

    def _group(self, group: Group) -> exp.Expr:
        parts = [exp.Paren(this=self._rule(rule)) for rule in group.rules]
        return joined_by(group, parts)

    def _rule(self, rule: object) -> exp.Expr:
        if isinstance(rule, Group):
            return self._group(rule)
        if isinstance(rule, Property):
            return compared(self._field(rule.field), rule, column(DAY, "base"))
        if isinstance(rule, SegmentReference):
            self._referred.add(rule.segment)
            return within(_key("base"), exp.select(DAY, WHO).from_(exp.to_table(f"segment_{rule.segment}")))
        if isinstance(rule, Sample):
            place = macro("sample_place", column(WHO, "base"), text(rule.salt))
            return exp.LT(this=place, expression=literal(rule.sample))
        assert isinstance(rule, Event)
        return self._event(rule)

    def _field(self, name: str) -> exp.Expr:
        self._used.add(name)
        return as_day(column(name, "base"), self._known.fields[name])

    def _event(self, rule: Event) -> exp.Expr:
        """What happened, or zero where nothing did, compared with what is asked."""
        alias = self._sequence(rule) if rule.then else self._occasion(rule)
        return COMPARISONS[rule.asked.op](this=column(alias, "base"), expression=literal(rule.asked.value))

    def _occasion(self, rule: Event) -> str:
        self._kinds.add(rule.event)
        place = _placed(self._occasions, exp.and_(is_event(rule, self._known), *begun(rule), *ended(rule)))
        return _number("happened", _placed(self._happened, _measured(rule, _occasion(place))))

    def _sequence(self, rule: Event) -> str:
        window = begun(rule)
        first = exp.and_(is_event(rule, self._known), *window, *ended(rule))
        steps = tuple(exp.and_(is_event(step, self._known), *window) for step in rule.then)
        place = _placed(self._sequences, EventSequence(first, rule.then, steps))
        return _number("followed", _placed(self._followed, _measured(rule, begins(place))))


def _measured(rule: Event, condition: str) -> exp.Expr:
    """In these forms the engine takes half the time that filtered aggregates take."""
    asked = rule.asked
    if isinstance(asked, Sum):
        return exp.Sum(this=exp.Case(ifs=[exp.If(this=column(condition), true=column(asked.field))]))
    return exp.CountIf(this=column(condition))


def _placed(known: list[Any], asked: object) -> int:
    """The place of what is asked for; at the end, where nobody asked before."""
    if asked not in known:
        known.append(asked)
    return known.index(asked)


def _occasion(place: int) -> str:
    return f"occasion_{place}"


def _number(alias: str, place: int) -> str:
    return f"{alias}_{place}"


def _numbers(alias: str, measures: Iterable[exp.Expr]) -> list[exp.Expr]:
    return [named(measure, _number(alias, place)) for place, measure in enumerate(measures)]


def _with_numbers(base: exp.Select, alias: str, numbers: Iterable[str]) -> exp.Select:
    """`base` with the numbers of a CTE: zero where it has no row of the profile."""
    metrics = _plain(METRICS)
    on = exp.and_(_same(metrics, alias, WHO), _same(metrics, alias, DAY))
    zeros = (named(exp.func("coalesce", column(number, alias), literal(0)), number) for number in numbers)
    return base.join(alias, on=on, join_type="left").select(*zeros)


def _base(known: Vocabulary, used: Iterable[str]) -> exp.Select:
    """A row a profile and day, with the fields that are used."""
    metrics, profiles = (_plain(name) for name in (METRICS, PROFILES))
    query = (
        exp.select(column(DAY, metrics), column(WHO, metrics))
        .from_(exp.alias_(table(METRICS), metrics, table=True))
        .join("run_days", on=exp.EQ(this=column(DAY, metrics), expression=column("day", "run_days")))
        .join(exp.alias_(table(PROFILES), profiles, table=True), on=_same(metrics, profiles, WHO))
    )
    names = sorted(used)
    models = sorted({model for name in names if (model := known.fields[name].model) is not None})
    for model in models:
        is_model = exp.EQ(this=column("model"), expression=text(model))
        scores = _of_run_days(SCORES).where(is_model).subquery(_plain(SCORES) + model)
        on = exp.and_(_same(metrics, scores.alias, WHO), _same(metrics, scores.alias, DAY))
        query = query.join(scores, on=on, join_type="left")
    for name in sorted({known.fields[field].table for field in names} - {METRICS, PROFILES, SCORES}):
        other = _plain(name)
        on = exp.and_(_same(metrics, other, WHO), _same(metrics, other, DAY))
        query = query.join(_of_run_days(name).subquery(other), on=on, join_type="left")
    return query.select(*(_base_field(name, known.fields[name]) for name in names))


def _of_run_days(name: str) -> exp.Select:
    """The rows of the run's days, taken before they are joined: a left join would read those of all days."""
    rows = _plain(name)
    is_of_days = exp.EQ(this=column(DAY, rows), expression=column("day", "run_days"))
    return exp.select(f"{rows}.*").from_(exp.alias_(table(name), rows, table=True)).join("run_days", on=is_of_days)


def _base_field(name: str, field: Field) -> exp.Expr:
    if field.model is not None and field.column is not None:
        return named(column(field.column, _plain(SCORES) + field.model), name)
    return column(name, _plain(field.table))


def _of_query(query: exp.Query) -> exp.Select:
    """The living profiles that a SELECT of ids finds."""
    chosen = exp.select(column(WHO)).from_(query.copy().subquery("chosen"))
    return exp.select(column(DAY, "base"), column(WHO, "base")).from_("base").where(within(column(WHO, "base"), chosen))


def _in_turned(rows: str) -> exp.In:
    return within(column(WHO, rows), exp.select(WHO).from_(TURNED))


def _turned(segment: str) -> exp.Select:
    return exp.select(WHO).from_(TURNED).where(exp.EQ(this=column("segment"), expression=text(segment)))


def _plain(name: str) -> str:
    return name.rpartition(".")[2]


def _same(a: str, b: str, name: str) -> exp.EQ:
    return exp.EQ(this=column(name, a), expression=column(name, b))


def _key(alias: str) -> exp.Tuple:
    return exp.Tuple(expressions=[column(DAY, alias), column(WHO, alias)])


def _ordered(segments: Mapping[str, Segment]) -> list[str]:
    order: list[str] = []
    while len(order) < len(segments):
        order += sorted(n for n in segments if n not in order and references(segments[n]) <= set(order))
    return order


def _nobody(**others: str) -> exp.Select:
    columns = {DAY: "date", "segment": "varchar", WHO: "varchar", **others}
    return exp.select(*(named(null_as(kind), name) for name, kind in columns.items())).where(exp.false())
