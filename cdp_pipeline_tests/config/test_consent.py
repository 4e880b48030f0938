import pytest
from pydantic import ValidationError

from cdp_pipeline.config.consent import Consent

PURPOSES = {"newsletter": {"description": "News", "lawful_basis": "consent"}}


def test_silence_means_denied_unless_declared() -> None:
    consent = Consent.model_validate({"channels": ["email"], "purposes": PURPOSES, "pairs": {"email": ["newsletter"]}})
    assert consent.purposes["newsletter"].default == "denied"


@pytest.mark.parametrize("pairs", [{"fax": ["newsletter"]}, {"email": ["ads"]}])
def test_pairs_name_known_channels_and_purposes(pairs: dict[str, list[str]]) -> None:
    with pytest.raises(ValidationError, match="not among"):
        Consent.model_validate({"channels": ["email"], "purposes": PURPOSES, "pairs": pairs})
