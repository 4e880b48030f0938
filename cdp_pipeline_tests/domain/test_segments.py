"""Segment semantics against a deliberately naive evaluator, on random segments and random data."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp_pipeline.assets.sidecars import segment_vocabulary
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.segments import Segment
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.segment_vocabulary import Vocabulary
from cdp_pipeline.domain.segments import members_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.domain.naive_segments import World

DAY = date(2026, 11, 15)
TOGETHER, WORLDS = 10, 60
"""Segments that one world is asked about, and worlds: 600 segments in all."""
PROFILES = ("P1", "P2", "P3", "P4", "P5")
EVENTS = ("bought", "clicked", "viewed")
CATEGORIES = ("boots", "Jumpers", "sandals")
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
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
window = st.one_of(
    _content(within_days=within), _content(since=_maybe(some_day)), _content(since=_maybe(some_day), until=some_day)
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


def _fill(session: DuckDBSession, sidecar: Sidecar, table: str, rows: list[dict[str, Any]]) -> None:
    columns = sidecar.types
    session.stage_rows("content", columns, [tuple(row.get(column) for column in columns) for row in rows])
    session.replace_table(table, parse("from content"), unaudited)


def _stage(session: DuckDBSession, sidecars: dict[str, Sidecar], world: World, days: tuple[date, ...] = (DAY,)) -> None:
    metrics = [{"as_of_day": day, "profile_id": p, **row} for p, row in world.profiles.items() for day in days]
    profiles = [{"profile_id": p, "is_pressed": row["is_pressed"]} for p, row in world.profiles.items()]
    touches = [{"profile_id": p, **touch} for p, found in world.touches.items() for touch in found]
    numbered = [{"touch_id": str(number), **touch} for number, touch in enumerate(touches)]
    for table, rows in zip(TABLES, (metrics, profiles, numbered), strict=True):
        _fill(session, sidecars[table], table, rows)


def _world(profiles: dict[str, dict[str, Any]], touches: list[dict[str, Any]]) -> World:
    dated = [{**touch, "occurred_on": touch["occurred_at"].date()} for touch in touches]
    return World(DAY, profiles, {p: [t for t in dated if t["profile_id"] == p] for p in profiles})


def _segments(contents: dict[str, dict[str, Any]]) -> dict[str, Segment]:
    return {
        name: Segment.model_validate({"id": name, "description": "s", "owner": "s", **content})
        for name, content in contents.items()
    }


worlds = st.builds(_world, st.fixed_dictionaries(dict.fromkeys(PROFILES, a_profile)), st.lists(a_touch, max_size=30))
random_worlds = settings(
    max_examples=WORLDS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@random_worlds
@given(contents=segments(), world=worlds)
def test_members_are_those_that_a_naive_reading_gives(
    run_of_a_day: DuckDBSession,
    sidecars: dict[str, Sidecar],
    known: Vocabulary,
    contents: dict[str, dict[str, Any]],
    world: World,
) -> None:
    _stage(run_of_a_day, sidecars, world)
    found = run_of_a_day.rows(members_select(_segments(contents), known, {}))
    members = {name: {who for _, segment, who in found if segment == name} for name in contents}
    assert members == {name: world.members(name, contents) for name in contents}
    assert len(found) == sum(len(each) for each in members.values())
