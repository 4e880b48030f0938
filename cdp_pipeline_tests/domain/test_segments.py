"""Segment semantics against a deliberately naive evaluator, on random segments and random data."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.segments import Segment
from cdp_pipeline.domain.segments import METRIC_FIELDS, PROFILE_FIELDS, faults, members_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession

DAY = date(2026, 11, 15)
PROFILES = ("P1", "P2", "P3")
EVENT_NAMES = ("order", "clicked")
OPERATORS = {
    "=": int.__eq__,
    "!=": int.__ne__,
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
}

leaf_property = st.fixed_dictionaries(
    {"field": st.just("frequency"), "operator": st.sampled_from(list(OPERATORS)), "value": st.integers(0, 3)}
)
leaf_event = st.fixed_dictionaries(
    {
        "event": st.sampled_from(EVENT_NAMES),
        "count": st.fixed_dictionaries({"op": st.sampled_from(list(OPERATORS)), "value": st.integers(0, 3)}),
        "within_days": st.sampled_from([None, 1, 5, 30]),
    }
)
rule = st.recursive(
    st.one_of(leaf_property, leaf_event),
    lambda inner: st.fixed_dictionaries(
        {
            "combinator": st.sampled_from(["and", "or"]),
            "not": st.booleans(),
            "rules": st.lists(inner, min_size=1, max_size=3),
        }
    ),
    max_leaves=5,
)
group = st.fixed_dictionaries(
    {"combinator": st.sampled_from(["and", "or"]), "rules": st.lists(rule, min_size=1, max_size=3)}
)
happenings = st.lists(
    st.tuples(st.sampled_from(PROFILES), st.sampled_from(EVENT_NAMES), st.integers(-2, 40)), max_size=12
)
frequencies = st.tuples(*[st.one_of(st.none(), st.integers(0, 3))] * 3)


@pytest.fixture(scope="module")
def types(project: Project) -> dict[str, dict[str, str]]:
    catalogue = load_catalogue(project)
    return {
        name: catalogue[name].sidecar.types
        for name in ("metrics.profile_metrics", "profile.profiles", "profile.timeline")
    }


def _fill(session: DuckDBSession, types: dict[str, dict[str, str]], name: str, rows: list[dict[str, Any]]) -> None:
    from cdp_pipeline.sql.lineage import parse

    columns = types[name]
    session.stage_rows("content", columns, [tuple(row.get(column) for column in columns) for row in rows])
    session.replace_table(name, parse("from content"), lambda building: None)


def _naive(content: dict[str, Any], profile: str, events: list[tuple[str, str, int]], frequency: int | None) -> bool:
    if "rules" in content:
        found = [_naive(inner, profile, events, frequency) for inner in content["rules"]]
        joined = all(found) if content["combinator"] == "and" else any(found)
        return not joined if content.get("not") else joined
    if "field" in content:
        return frequency is not None and OPERATORS[content["operator"]](frequency, content["value"])
    window = content["within_days"]
    number = sum(
        1
        for who, what, ago in events
        if who == profile and what == content["event"] and ago >= 0 and (window is None or ago < window)
    )
    return OPERATORS[content["count"]["op"]](number, content["count"]["value"])


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(include=group, exclude=st.one_of(st.none(), group), events=happenings, frequency=frequencies)
def test_members_are_those_that_a_naive_reading_gives(
    run_of_a_day: DuckDBSession,
    types: dict[str, dict[str, str]],
    include: dict[str, Any],
    exclude: dict[str, Any] | None,
    events: list[tuple[str, str, int]],
    frequency: tuple[int | None, ...],
) -> None:
    segment = Segment.model_validate(
        {"id": "s", "description": "s", "owner": "s", "include": include, "exclude": exclude}
    )
    _fill(
        run_of_a_day,
        types,
        "metrics.profile_metrics",
        [{"as_of_day": DAY, "profile_id": p, "frequency": f} for p, f in zip(PROFILES, frequency, strict=True)],
    )
    _fill(run_of_a_day, types, "profile.profiles", [{"profile_id": p} for p in PROFILES])
    touches = [
        {"touch_id": str(n), "profile_id": p, "event": e, "occurred_on": DAY - timedelta(days=ago)}
        for n, (p, e, ago) in enumerate(events)
    ]
    _fill(run_of_a_day, types, "profile.timeline", touches)
    found = {row[2] for row in run_of_a_day.rows(members_select({"s": segment}))}
    expected = {
        p
        for p, f in zip(PROFILES, frequency, strict=True)
        if _naive(include, p, events, f) and not (exclude is not None and _naive(exclude, p, events, f))
    }
    assert found == expected


def test_a_misspelt_field_is_told_with_the_nearest() -> None:
    content = {
        "id": "s",
        "description": "s",
        "owner": "s",
        "include": {"rules": [{"field": "frequncy", "operator": ">", "value": 1}]},
    }
    assert faults(Segment.model_validate(content)) == ["field: 'frequncy' does not exist; did you mean 'frequency'?"]


def test_the_vocabulary_is_columns_that_exist(types: dict[str, dict[str, str]]) -> None:
    assert set(METRIC_FIELDS) <= set(types["metrics.profile_metrics"])
    assert set(PROFILE_FIELDS) <= set(types["profile.profiles"])
