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
