import pytest
from pydantic import ValidationError

from cdp_pipeline.config.survivorship import Survivorship


def test_an_attribute_follows_one_rule() -> None:
    with pytest.raises(ValidationError, match=r"\['email'\] stand in more than one rule"):
        Survivorship.model_validate(
            {"attributes": {"email": "oldest"}, "groups": {"g": {"attributes": ["email"], "rule": "oldest"}}}
        )


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"rule": "verified_first"}, "need 'contact_point'"),
        ({"rule": "oldest", "loses_when": ["bounced"]}, "need 'contact_point'"),
        ({"rule": "oldest", "by_country": {"FR": "aggregate"}}, "can't stand beside another rule"),
        ({"rule": "aggregate", "by_country": {"FR": "oldest"}}, "leave by_country out"),
    ],
)
def test_a_rule_that_can_not_be_followed_is_refused(rule: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Survivorship.model_validate({"attributes": {"email": rule}})


def test_a_group_comes_from_one_record() -> None:
    with pytest.raises(ValidationError, match="'aggregate' is for single attributes"):
        Survivorship.model_validate({"attributes": {}, "groups": {"g": {"attributes": ["a"], "rule": "aggregate"}}})


def test_a_rule_may_be_its_name() -> None:
    assert Survivorship.model_validate({"attributes": {"email": "oldest"}}).attributes["email"].rule == "oldest"
