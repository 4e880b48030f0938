from typing import Any

import pytest

from cdp_pipeline.assets.sidecars import segment_vocabulary
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.segments import Segment
from cdp_pipeline.domain.segment_vocabulary import SCORE_FIELDS, faults


def _told(project: Project, rule: dict[str, Any], **others: Any) -> list[str]:
    content = {"id": "s", "description": "s", "owner": "s", "include": {"rules": [rule]}, **others}
    return [
        f"{path[-1]}: {fault}" for path, fault in faults(Segment.model_validate(content), segment_vocabulary(project))
    ]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"field": "frequncy", "operator": ">", "value": 1}, "field: field 'frequncy' does not exist; did you mean 'frequency'?"),
        ({"event": "ordr"}, "event: event 'ordr' does not exist; did you mean 'order'?"),
        ({"field": "frequency", "operator": ">", "value": "much"}, "value: 'frequency' is a number, and 'much' is not; write a number"),
        ({"field": "last_order_on", "operator": ">", "value": "lately"}, "value: 'last_order_on' is a day"),
        ({"field": "is_pressed", "operator": "=", "value": 1}, "value: 'is_pressed' is a truth"),
        ({"field": "frequency", "operator": "contains", "value": 1}, "operator: 'frequency' is a number; 'contains' asks texts"),
        ({"event": "order", "where": {"rules": [{"field": "categry", "operator": "=", "value": "x"}]}}, "field: field 'categry' does not exist; did you mean 'category'?"),
        ({"event": "order", "where": {"rules": [{"event": "order"}]}}, "0: only fields of the event belong into `where`"),
        ({"event": "order", "sum": {"field": "device", "op": ">", "value": 1}}, "field: number of an event 'device' does not exist"),
        ({"event": "order", "then": [{"event": "bougt"}]}, "event: event 'bougt' does not exist; did you mean 'bought'?"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_what_would_do(project: Project, rule: dict[str, Any], message: str) -> None:
    (told,) = _told(project, rule)
    assert told.startswith(message)


def test_a_limit_names_a_field(project: Project) -> None:
    (told,) = _told(project, {"event": "order"}, limit={"by": "monetary_valu", "count": 3})
    assert "did you mean 'monetary_value'?" in told


def test_what_identifies_a_person_is_no_field(project: Project) -> None:
    known = segment_vocabulary(project)
    assert not {"email", "phone", "family_name", "street"} & set(known.fields)
    assert {"city", "frequency", *SCORE_FIELDS} <= set(known.fields)


def test_events_are_those_of_the_mappings(project: Project) -> None:
    assert {"order", "bought", "viewed", "watched", "attended", "clicked"} <= set(segment_vocabulary(project).events)
