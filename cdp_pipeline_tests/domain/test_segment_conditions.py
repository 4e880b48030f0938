"""Comparisons and groups of the segment language, asked of single rows."""

from datetime import date

import pytest
from sqlglot import exp

from cdp_pipeline.config.segments import Group, Property
from cdp_pipeline.domain.expressions import literal
from cdp_pipeline.domain.segment_conditions import compared, joined_by
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession

TODAY = date(2026, 11, 15)


def _asked(session: DuckDBSession, field: object, operator: str, value: object = None) -> object:
    rule = Property.model_validate({"field": "f", "operator": operator, "value": value})
    asked = exp.null() if field is None else literal(field)
    return session.rows(exp.select(compared(asked, rule, literal(TODAY))))[0][0]


@pytest.mark.parametrize(
    ("field", "operator", "value", "holds"),
    [
        (3, "between", [3, 5], True),
        (6, "not between", [3, 5], True),
        (None, "between", [3, 5], None),
        ("Jumpers", "contains", "JUMP", True),
        ("Jumpers", "begins with", "umpers", False),
        ("boots", "in", ["boots", "sandals"], True),
        ("boots", "not in", ["boots", "sandals"], False),
        (None, "not in", ["boots"], None),
        (date(2026, 11, 10), ">=", {"days_ago": 5}, True),
        (date(2026, 11, 9), ">=", {"days_ago": 5}, False),
    ],
)
def test_a_field_is_compared_as_its_operator_says(
    session: DuckDBSession, field: object, operator: str, value: object, holds: object
) -> None:
    assert _asked(session, field, operator, value) is holds


@pytest.mark.parametrize(("field", "is_null"), [(None, True), (1, False)])
def test_what_is_missing_is_told_by_its_own_operators(session: DuckDBSession, field: object, is_null: bool) -> None:
    assert _asked(session, field, "is null") is is_null
    assert _asked(session, field, "is not null") is not is_null


@pytest.mark.parametrize(
    ("group", "holds"),
    [
        ({"combinator": "and"}, None),
        ({"combinator": "or"}, True),
        ({"combinator": "and", "not": True}, True),
        ({"combinator": "or", "not": True}, False),
    ],
)
def test_a_negated_group_holds_where_its_parts_cannot_be_told(
    session: DuckDBSession, group: dict[str, object], holds: object
) -> None:
    rule = {"field": "f", "operator": "is null"}
    parts = [exp.Paren(this=exp.true()), exp.Paren(this=exp.cast(exp.null(), "boolean"))]
    condition = joined_by(Group.model_validate({**group, "rules": [rule, rule]}), parts)
    assert session.rows(exp.select(condition))[0][0] is holds
