from typing import Any

import pytest
from pydantic import ValidationError

from cdp_pipeline.config.segments import DaysAgo, Event, Group, Property, Sample, Segment, SegmentReference


def _segment(*rules: dict[str, object], **others: Any) -> Segment:
    content = {"id": "x", "description": "x", "owner": "x", "include": {"rules": list(rules)}, **others}
    return Segment.model_validate({key: value for key, value in content.items() if value is not None})


ORDER = {"event": "order"}


def test_leaves_are_told_apart_by_their_own_key() -> None:
    segment = _segment(
        {"field": "frequency", "operator": ">", "value": 1},
        ORDER,
        {"segment": "y"},
        {"sample": 0.1, "salt": "autumn"},
        {"rules": [{"event": "sent"}]},
    )
    assert segment.include is not None
    assert [type(rule) for rule in segment.include.rules] == [Property, Event, SegmentReference, Sample, Group]


def test_an_unknown_operator_names_those_that_exist() -> None:
    with pytest.raises(ValidationError, match="'=', '!='"):
        _segment({"field": "frequency", "operator": "~", "value": 1})


def test_leaves_are_found_with_their_places() -> None:
    segment = _segment({"rules": [{"rules": [{"event": "sent"}]}]}, {"segment": "y"}, exclude={"rules": [ORDER]})
    assert [leaf.path for leaf in segment.leaves()] == [
        ("include", "rules", 0, "rules", 0, "rules", 0),
        ("include", "rules", 1),
        ("exclude", "rules", 0),
    ]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"field": "frequency", "operator": "between", "value": [5, 1]}, "needs the lowest value first"),
        ({"event": "order", "since": "2026-05-01", "until": "2026-01-01"}, "until is before since"),
        ({"event": "order", "since": {"days_ago": 3}, "until": {"days_ago": 9}}, "until is before since"),
        ({"field": "frequency", "operator": ">", "value": float("inf")}, "finite"),
        ({"event": "order", "within_days": 99_999_999_999}, "less than or equal to 36500"),
    ],
)
def test_what_nothing_can_fulfil_is_refused(rule: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Group.model_validate({"rules": [rule]})


def test_an_empty_group_is_refused() -> None:
    with pytest.raises(ValidationError):
        _segment()


def test_a_day_may_be_counted_back() -> None:
    segment = _segment({"field": "last_order_on", "operator": ">=", "value": {"days_ago": 30}})
    assert segment.include is not None
    (rule,) = segment.include.rules
    assert isinstance(rule, Property)
    assert rule.values == (DaysAgo(days_ago=30),)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"field": "a", "operator": "in", "value": "x"}, None),
        ({"field": "a", "operator": "in", "value": []}, "needs a list of values"),
        ({"field": "a", "operator": "=", "value": ["x"]}, "needs one value"),
        ({"field": "a", "operator": "between", "value": [1]}, "needs the lowest and the highest"),
        ({"field": "a", "operator": "="}, "a value belongs to every operator but"),
        ({**ORDER, "count": {"op": "=", "value": 1}, "sum": {"op": "=", "value": 1}}, "exclude each other"),
        ({**ORDER, "within_days": 3, "since": "2026-01-01"}, "write one window"),
        ({**ORDER, "then": [{"event": "a", "not": True}, {"event": "b"}]}, "only the last step"),
    ],
)
def test_the_parts_of_a_rule_must_fit_each_other(rule: dict[str, object], message: str | None) -> None:
    if message is None:
        _segment(rule)
    else:
        with pytest.raises(ValueError, match=message):
            _segment(rule)


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ({"query": "x.sql"}, "either include or query"),
        ({"include": None}, "either include or query"),
        ({"include": None, "query": "x.sql", "limit": {"by": "a", "count": 1}}, "belong to include"),
        ({"limit": {"by": "a", "count": 1, "share": 0.5}}, "either count or share"),
        ({"promotes": {"within_days": 3}}, "name the skus or the categories"),
    ],
)
def test_the_parts_of_a_segment_must_fit_each_other(others: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _segment(ORDER, **others)
