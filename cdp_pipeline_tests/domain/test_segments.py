"""Segment semantics against a deliberately naive evaluator, on random segments and random data."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.assets.sidecars import segment_vocabulary
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.segments import Segment
from cdp_pipeline.domain.segment_vocabulary import Vocabulary
from cdp_pipeline.domain.segments import conditions, members_select, truths_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import Session, unaudited
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.domain.naive_segments import World

DAY = date(2026, 11, 15)
TOGETHER, WORLDS = 10, 60
"""Segments that one world is asked about, and worlds: 600 segments in all."""
PROFILES = ("P1", "P2", "P3", "P4", "P5")
EVENTS = ("bought", "clicked", "viewed")
CATEGORIES = ("boots", "Jumpers", "sandals")
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
Types = dict[str, dict[str, str]]
TABLES = ("metrics.profile_metrics", "profile.profiles", "profile.timeline")


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


def _content(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with these keys; those whose value is None are left out."""
    return st.fixed_dictionaries(parts).map(lambda found: {k: v for k, v in found.items() if v is not None})


days_ago = st.integers(0, 40)
some_day = st.one_of(days_ago.map(lambda n: DAY - timedelta(days=n)), days_ago.map(lambda n: {"days_ago": n}))
amounts = st.integers(-3, 6).map(lambda n: Decimal(n * 25) / 10)


def _asks(field: str, operators: tuple[str, ...], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    compared = _content(field=st.just(field), operator=st.sampled_from(operators), value=values)
    listed = _content(
        field=st.just(field),
        operator=st.sampled_from(["in", "not in"]),
        value=st.lists(values, min_size=1, max_size=3),
    )
    known = _content(field=st.just(field), operator=st.sampled_from(["is null", "is not null"]))
    return st.one_of(compared, compared, listed, known)


between = _content(
    field=st.just("frequency"),
    operator=st.sampled_from(["between", "not between"]),
    value=st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda pair: sorted(pair)),
)
words = _content(
    field=st.just("favourite_category"),
    operator=st.sampled_from(["contains", "begins with"]),
    value=st.sampled_from(["b", "J", "s", "an"]),
)
a_property = st.one_of(
    _asks("frequency", COMPARISONS, st.integers(0, 3)),
    _asks("favourite_category", ("=", "!="), st.sampled_from(CATEGORIES)),
    _asks("last_order_on", COMPARISONS, some_day),
    _asks("is_pressed", ("=", "!="), st.booleans()),
    between,
    words,
)
of_event = st.one_of(
    _asks("category", ("=", "!="), st.sampled_from(CATEGORIES)),
    _asks("amount", COMPARISONS, st.integers(-2, 6)),
)


def _groups(leaves: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[Any]:
    return _content(
        combinator=_maybe(st.sampled_from(["and", "or"])),
        **{"not": _maybe(st.booleans())},
        rules=st.lists(leaves, min_size=1, max_size=most),
    )


where = _groups(st.one_of(of_event, _groups(of_event, 2)), 2)
within = _maybe(st.sampled_from([1, 3, 10, 30]))
step = _content(event=st.sampled_from(EVENTS), where=_maybe(where), within_days=within)
last_step = _content(event=st.sampled_from(EVENTS), where=_maybe(where), within_days=within, **{"not": st.just(True)})
then = st.one_of(
    st.none(),
    st.lists(step, min_size=1, max_size=2),
    st.tuples(st.lists(step, max_size=1), last_step).map(lambda pair: [*pair[0], pair[1]]),
)
asked = st.one_of(
    st.just({}),
    _content(count=_content(op=st.sampled_from(COMPARISONS), value=st.integers(0, 3))),
    _content(sum=_content(op=st.sampled_from(COMPARISONS), value=st.sampled_from([-2.5, 0, 5, 7.5]))),
)


def _is_a_window(rule: dict[str, Any]) -> bool:
    """Days of the two kinds can't be compared before the as-of day is known."""
    since, until = rule.get("since"), rule.get("until")
    if isinstance(since, dict) and isinstance(until, dict):
        return since["days_ago"] >= until["days_ago"]
    return not (isinstance(since, date) and isinstance(until, date)) or since <= until


window = st.one_of(
    _content(within_days=within),
    _content(since=_maybe(some_day)),
    _content(since=_maybe(some_day), until=some_day).filter(_is_a_window),
)
an_event = st.builds(
    lambda *parts: {key: value for part in parts for key, value in part.items()},
    _content(event=st.sampled_from(EVENTS), where=_maybe(where), then=then),
    asked,
    window,
)
a_sample = _content(sample=st.sampled_from([0.1, 0.5, 0.9]), salt=st.sampled_from(["a", "b"]))
rule = st.recursive(st.one_of(a_property, an_event, an_event, a_sample), lambda inner: _groups(inner, 3), max_leaves=4)
limit = st.one_of(
    _content(by=st.just("frequency"), order=_maybe(st.sampled_from(["highest", "lowest"])), count=st.integers(1, 4)),
    _content(by=st.just("frequency"), share=st.sampled_from([0.2, 0.5])),
)
promotes = _content(
    skus=_maybe(st.just(["S1"])), categories=st.just(["boots"]), within_days=st.sampled_from([1, 10, 400])
)
a_segment = _content(
    include=_groups(rule, 3),
    exclude=_maybe(_groups(rule, 2)),
    limit=_maybe(limit),
    promotes=st.one_of(st.none(), st.none(), promotes),
)
a_profile = st.fixed_dictionaries(
    {
        "frequency": _maybe(st.integers(0, 3)),
        "favourite_category": _maybe(st.sampled_from(CATEGORIES)),
        "last_order_on": _maybe(days_ago.map(lambda n: DAY - timedelta(days=n))),
        "is_pressed": _maybe(st.booleans()),
    }
)
a_touch = st.fixed_dictionaries(
    {
        "profile_id": st.sampled_from([*PROFILES, None]),
        "event": st.sampled_from(EVENTS),
        "occurred_at": st.builds(
            lambda ago, hour: datetime(DAY.year, DAY.month, DAY.day, hour) - timedelta(days=ago),
            st.integers(-2, 40),
            st.sampled_from([6, 12, 18]),
        ),
        "category": _maybe(st.sampled_from(CATEGORIES)),
        "object_id": _maybe(st.sampled_from(["S1", "S2"])),
        "amount": _maybe(amounts),
    }
)


@st.composite
def segments(draw: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """Some segments, of which each may refer to those before."""
    found: dict[str, dict[str, Any]] = {}
    for number in range(TOGETHER):
        content = draw(a_segment)
        if found and draw(st.booleans()):
            referred = {"segment": draw(st.sampled_from(sorted(found)))}
            content["include"] = {**content["include"], "rules": [*content["include"]["rules"], referred]}
        found[f"s{number}"] = content
    return found


@pytest.fixture(scope="module")
def known(project: Project) -> Vocabulary:
    return segment_vocabulary(project)


@pytest.fixture(scope="module")
def types(project: Project) -> Types:
    catalogue = load_catalogue(project)
    return {name: catalogue[name].sidecar.types for name in TABLES}


def _fill(session: Session, columns: dict[str, str], table: str, rows: list[dict[str, Any]]) -> None:
    session.stage_rows("content", columns, [tuple(row.get(column) for column in columns) for row in rows])
    session.replace_table(table, parse("from content"), unaudited)


def _stage(session: Session, types: Types, world: World, days: tuple[date, ...] = (DAY,)) -> None:
    metrics = [{"as_of_day": day, "profile_id": p, **row} for p, row in world.profiles.items() for day in days]
    profiles = [{"profile_id": p, "is_pressed": row["is_pressed"]} for p, row in world.profiles.items()]
    touches = [{"profile_id": p, **touch} for p, found in world.touches.items() for touch in found]
    numbered = [{"touch_id": str(number), **touch} for number, touch in enumerate(touches)]
    for table, rows in zip(TABLES, (metrics, profiles, numbered), strict=True):
        _fill(session, types[table], table, rows)


def _world(profiles: dict[str, dict[str, Any]], touches: list[dict[str, Any]]) -> World:
    dated = [{**touch, "occurred_on": touch["occurred_at"].date()} for touch in touches]
    return World(DAY, profiles, {p: [t for t in dated if t["profile_id"] == p] for p in profiles})


def _segments(contents: dict[str, dict[str, Any]]) -> dict[str, Segment]:
    return {
        name: Segment.model_validate({"id": name, "description": "s", "owner": "s", **content})
        for name, content in contents.items()
    }


def _is_read_alike(
    session: Session, types: Types, known: Vocabulary, contents: dict[str, dict[str, Any]], world: World
) -> None:
    """The members of all segments are those of the naive reading, each once."""
    _stage(session, types, world)
    found = session.rows(members_select(_segments(contents), known, {}))
    members = {name: {who for _, segment, who in found if segment == name} for name in contents}
    for name in contents:
        assert members[name] == world.members(name, contents), contents[name]
    assert len(found) == sum(len(each) for each in members.values())


worlds = st.builds(_world, st.fixed_dictionaries(dict.fromkeys(PROFILES, a_profile)), st.lists(a_touch, max_size=30))
random_worlds = settings(
    max_examples=WORLDS,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # making an example smaller takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@random_worlds
@given(contents=segments(), world=worlds)
def test_members_are_those_that_a_naive_reading_gives(
    run_of_a_day: DuckDBSession,
    types: Types,
    known: Vocabulary,
    contents: dict[str, dict[str, Any]],
    world: World,
) -> None:
    _is_read_alike(run_of_a_day, types, known, contents, world)


a_sequence = _content(
    event=st.sampled_from(EVENTS[:2]),
    count=_content(op=st.sampled_from(COMPARISONS), value=st.integers(0, 2)),
    within_days=within,
    then=st.lists(
        _content(event=st.sampled_from(EVENTS[:2]), within_days=within, **{"not": _maybe(st.just(True))}),
        min_size=1,
        max_size=3,
    ).map(lambda steps: [{**step, "not": False} for step in steps[:-1]] + steps[-1:]),
)
near = st.fixed_dictionaries(
    {
        "profile_id": st.sampled_from(PROFILES),
        "event": st.sampled_from(EVENTS[:2]),
        "occurred_at": st.builds(
            lambda ago, hour: datetime(DAY.year, DAY.month, DAY.day, hour) - timedelta(days=ago),
            st.integers(0, 6),
            st.sampled_from([6, 18]),
        ),
        "category": st.none(),
        "object_id": st.none(),
        "amount": st.none(),
    }
)
nothing_known = dict.fromkeys(("frequency", "favourite_category", "last_order_on", "is_pressed"))
busy_worlds = st.builds(
    _world, st.just(dict.fromkeys(PROFILES, nothing_known)), st.lists(near, min_size=10, max_size=25)
)


@random_worlds
@given(rules=st.lists(a_sequence, min_size=TOGETHER, max_size=TOGETHER), world=busy_worlds)
def test_sequences_are_those_that_a_naive_reading_gives(
    run_of_a_day: DuckDBSession,
    types: Types,
    known: Vocabulary,
    rules: list[dict[str, Any]],
    world: World,
) -> None:
    contents = {f"s{number}": {"include": {"rules": [rule]}} for number, rule in enumerate(rules)}
    _is_read_alike(run_of_a_day, types, known, contents, world)


def test_a_step_that_must_not_come_is_missed_once_its_days_are_over(
    run_of_a_day: DuckDBSession, types: Types, known: Vocabulary
) -> None:
    then = [{"event": "bought", "within_days": 2, "not": True}]
    contents = {"s": {"include": {"rules": [{"event": "viewed", "then": then}]}}}
    blank = {"category": None, "object_id": None, "amount": None}
    viewed = [(0, "P1"), (1, "P2"), (2, "P3"), (3, "P4"), (4, "P5")]
    touches = [
        {"profile_id": who, "event": "viewed", "occurred_at": datetime(2026, 11, 15 - ago, 6), **blank}
        for ago, who in viewed
    ] + [{"profile_id": "P5", "event": "bought", "occurred_at": datetime(2026, 11, 13, 6), **blank}]
    world = _world(dict.fromkeys(PROFILES, nothing_known), touches)
    _stage(run_of_a_day, types, world)
    found = run_of_a_day.rows(members_select(_segments(contents), known, {}))
    assert {who for _, _, who in found} == {"P3", "P4"} == world.members("s", contents)


def test_events_mean_the_same_on_both_engines(
    any_session: Session, project: Project, types: Types, known: Vocabulary
) -> None:
    rules: dict[str, list[dict[str, Any]]] = {
        "twice": [{"event": "viewed", "count": {"op": ">=", "value": 2}}],
        "never": [{"event": "bought", "count": {"op": "=", "value": 0}, "within_days": 3}],
        "spent": [{"event": "bought", "sum": {"op": ">", "value": 2}}],
        "followed": [{"event": "clicked", "then": [{"event": "viewed", "within_days": 2}, {"event": "bought"}]}],
        "missed": [{"event": "viewed", "then": [{"event": "bought", "within_days": 2, "not": True}]}],
        "either": [{"segment": "twice"}, {"sample": 0.5, "salt": "s"}],
    }
    contents = {name: {"include": {"combinator": "or", "rules": asked}} for name, asked in rules.items()}
    blank = {"category": None, "object_id": None}
    touches = [
        {
            "profile_id": who,
            "event": event,
            "occurred_at": datetime(2026, 11, day, 6),
            "amount": Decimal("1.5"),
            **blank,
        }
        for who, happened in {
            "P1": {"clicked": [1], "viewed": [2, 9], "bought": [4, 14]},
            "P2": {"clicked": [1], "viewed": [4], "bought": [9]},
            "P3": {"viewed": [10, 15]},
        }.items()
        for event, days in happened.items()
        for day in days
    ]
    world = _world(dict.fromkeys(PROFILES, nothing_known), touches)
    stage_run_days(any_session, (DAY,), project.deployment)
    _is_read_alike(any_session, types, known, contents, world)


@random_worlds
@given(contents=segments(), world=worlds, later=st.lists(a_touch, max_size=10))
def test_nothing_after_the_day_changes_its_members(
    run_of_a_day: DuckDBSession,
    types: Types,
    known: Vocabulary,
    contents: dict[str, dict[str, Any]],
    world: World,
    later: list[dict[str, Any]],
) -> None:
    query = members_select(_segments(contents), known, {})
    _stage(run_of_a_day, types, world)
    before = sorted(run_of_a_day.rows(query))
    for touch in later:
        if touch["profile_id"] is not None:
            moved = {**touch, "occurred_at": datetime(2026, 11, 16, 6), "occurred_on": date(2026, 11, 16)}
            world.touches[touch["profile_id"]].append(moved)
    _stage(run_of_a_day, types, world, (DAY, DAY + timedelta(days=1)))
    assert sorted(run_of_a_day.rows(query)) == before


@settings(random_worlds, max_examples=20)
@given(contents=segments(), world=worlds)
def test_conditions_together_are_the_segment(
    run_of_a_day: DuckDBSession,
    types: Types,
    known: Vocabulary,
    contents: dict[str, dict[str, Any]],
    world: World,
) -> None:
    _stage(run_of_a_day, types, world)
    read = {
        name: segment
        for name, segment in _segments(contents).items()
        if segment.limit is None
        and segment.include
        and (segment.include.combinator == "and" or segment.include.negated)
    }
    turned = [(name, who) for name in read for who in PROFILES]
    run_of_a_day.stage_rows("turned", {"segment": "varchar", "profile_id": "varchar"}, turned)
    truths = run_of_a_day.rows(truths_select(_segments(contents), known, {}))
    for name, segment in read.items():
        for who in PROFILES:
            held = [holds for _, of, whose, _, holds in truths if (of, whose) == (name, who)]
            assert len(held) == len(conditions(segment))
            assert all(held) == (who in world.members(name, contents))
