import pytest
from pydantic import ValidationError

from cdp_pipeline.config.destinations import Destination

GOOD = {
    "name": "x",
    "description": "x",
    "format": "google_customer_match",
    "segments": ["a"],
    "channel": "ads",
    "purposes": ["b"],
}


def test_the_least_audience_is_a_hundred() -> None:
    assert Destination.model_validate(GOOD).minimum_size == 100


def test_a_delivery_needs_a_purpose() -> None:
    with pytest.raises(ValidationError):
        Destination.model_validate({**GOOD, "purposes": []})


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": {"field": "email"}, "A": {"field": "phone"}}, "stands twice, but for capitals"),
        ({"": {"field": "email"}}, "is no header"),
        ({"__profile": {"field": "email"}}, "does not begin with __"),
        ({"a": {"field": "mail"}}, "Input should be 'profile_id'"),
    ],
)
def test_headers_of_a_template_are_told_apart(columns: dict[str, object], message: str) -> None:
    given = {**GOOD, "format": "file", "columns": columns, "keys": list(columns)[:1]}
    with pytest.raises(ValidationError, match=message):
        Destination.model_validate(given)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "braze_subscription_group"}, "needs 'subscription_group_id'"),
        ({"audience_id": 4}, "belongs to the format microsoft_customer_list"),
        ({"format": "file", "columns": {"a": {"field": "email"}}, "keys": ["b"]}, "are not among the columns"),
        ({"target": {"kind": "webhook", "url": "https://x.example/", "secret": "X"}}, "a webhook takes JSON documents"),
        ({"target": {"kind": "remote", "url": "file:///tmp/x"}}, "s3:// or sftp:// here"),
        ({"target": {"kind": "remote", "url": "s3://b/{date}"}}, "without \\* and"),
    ],
)
def test_settings_fit_the_format_and_the_target(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Destination.model_validate({**GOOD, **changes})
