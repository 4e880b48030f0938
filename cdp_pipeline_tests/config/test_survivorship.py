import pytest
from pydantic import ValidationError

from cdp_pipeline.config.survivorship import Survivorship


def test_an_attribute_follows_one_rule() -> None:
    with pytest.raises(ValidationError, match=r"\['email'\] stand in more than one rule"):
        Survivorship.model_validate(
            {"attributes": {"email": "oldest"}, "groups": {"g": {"attributes": ["email"], "rule": "oldest"}}}
        )
