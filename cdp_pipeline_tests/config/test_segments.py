import pytest
from pydantic import ValidationError

from cdp_pipeline.config.segments import Event, Group, Property, Segment, SegmentReference


def _segment(*rules: dict[str, object]) -> Segment:
    return Segment.model_validate({"id": "x", "description": "x", "owner": "x", "include": {"rules": list(rules)}})


def test_leaves_are_told_apart_by_their_own_key() -> None:
    segment = _segment(
        {"field": "frequency", "operator": ">", "value": 1},
        {"event": "order"},
        {"segment": "y"},
        {"rules": [{"event": "sent"}]},
    )
    assert [type(rule) for rule in segment.include.rules] == [Property, Event, SegmentReference, Group]


def test_an_unknown_operator_names_those_that_exist() -> None:
    with pytest.raises(ValidationError, match="'=', '!='"):
        _segment({"field": "frequency", "operator": "~", "value": 1})


def test_all_leaves_are_found_in_nested_groups() -> None:
    segment = _segment({"rules": [{"rules": [{"event": "sent"}]}]}, {"segment": "y"})
    assert len(segment.rules()) == 2


def test_an_empty_group_is_refused() -> None:
    with pytest.raises(ValidationError):
        _segment()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"field": "a", "operator": "in", "value": "x"}, "needs a list of values"),
        ({"field": "a", "operator": "=", "value": ["x"]}, "needs one value"),
        ({"field": "a", "operator": "="}, "a value belongs to every operator but"),
    ],
)
def test_a_value_must_fit_its_operator(rule: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _segment(rule)
