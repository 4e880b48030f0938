import pytest

from cdp_pipeline.domain.masking import without_values


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Conversion Error: Could not convert string 'Moulin' to INT32", "Conversion Error: a value can't be used"),
        ("Binder Error: 'O'Brien' is odd", "Binder Error: '…' is odd"),
        ('Binder Error: column "frequency" is not there', 'column "frequency" is not there'),
    ],
)
def test_a_message_shows_no_value(message: str, shown: str) -> None:
    found = without_values(message)
    assert shown in found
    assert "Moulin" not in found and "Brien" not in found
