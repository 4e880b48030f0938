import pytest
from pydantic import ValidationError

from cdp_pipeline.config.expectations import Suite


def _expectation(**changes: object) -> dict[str, object]:
    return {
        "expectation": "expect_column_values_to_be_unique",
        "arguments": {"column": "id"},
        "severity": "block",
        "dimension": "uniqueness",
        "sentence": "Ids are unique.",
        **changes,
    }


def test_a_check_is_named_by_predicate_and_column() -> None:
    suite = Suite.model_validate({"table": "a.b", "expectations": [_expectation()]})
    assert suite.expectations[0].name == "column_values_to_be_unique__id"


def test_two_checks_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two expectations are named"):
        Suite.model_validate({"table": "a.b", "expectations": [_expectation(), _expectation()]})


def test_severities_are_block_warn_info() -> None:
    with pytest.raises(ValidationError, match="'block', 'warn' or 'info'"):
        Suite.model_validate({"table": "a.b", "expectations": [_expectation(severity="error")]})


def test_a_label_tells_two_of_a_kind_apart() -> None:
    content = {
        "expectation": "expect_column_values_to_not_be_null",
        "arguments": {"column": "a"},
        "severity": "warn",
        "dimension": "completeness",
        "sentence": "It holds.",
    }
    with pytest.raises(ValueError, match="give all but one of each a label"):
        Suite.model_validate({"table": "raw.t", "expectations": [content, content]})
    labelled = {**content, "severity": "block", "label": "at_least_half"}
    suite = Suite.model_validate({"table": "raw.t", "expectations": [content, labelled]})
    assert suite.expectations[1].name == "column_values_to_not_be_null__a__at_least_half"
