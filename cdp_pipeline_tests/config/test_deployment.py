import pytest
from pydantic import ValidationError

from cdp_pipeline.config.deployment import Deployment


def test_the_zone_is_the_time_zones() -> None:
    assert Deployment.model_validate({"name": "x", "first_day": "2026-01-01"}).zone.key == "Europe/Paris"


@pytest.mark.parametrize(("key", "value"), [("default_country", "France"), ("currency", "euro"), ("engine", "oracle")])
def test_codes_are_codes(key: str, value: str) -> None:
    with pytest.raises(ValidationError):
        Deployment.model_validate({"name": "x", "first_day": "2026-01-01", key: value})
