import random

import phonenumbers
import pytest

from cdp_pipeline.domain.standardisation import OVERSEAS, line_type, parse_email, parse_phone

SPELLINGS = ("{}", "0{}", "+33{}", "0033{}", "+33 (0){}", " 0{} ", "+1{}", "{}x")


@pytest.mark.parametrize(
    ("value", "region", "parsed"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06.12.34.56.78", "FR", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "FR", "+33612345678"),
        ("0033612345678", "BE", "+33612345678"),
        ("612345678", "FR", "+33612345678"),
        ("0692123456", "FR", "+262692123456"),
        ("0692123456", "RE", "+262692123456"),
        ("0590123456", "GP", "+590590123456"),
        ("0470 12 34 56", "BE", "+32470123456"),
        ("0412 345 678", "AU", "+61412345678"),
        ("12345", "FR", None),
        ("0000000000", "FR", None),
        ("call me", "FR", None),
    ],
)
def test_a_number_is_read_as_its_region_dials_it(value: str, region: str, parsed: str | None) -> None:
    assert parse_phone(value, region) == parsed


def test_the_port_agrees_with_the_library_it_ports() -> None:
    chosen = random.Random(1)
    for _ in range(3000):
        digits = "".join(chosen.choices("0123456789", k=chosen.randint(6, 11)))
        value, region = chosen.choice(SPELLINGS).format(digits), chosen.choice(["FR", "BE", "DE", "GB", "US", "RE"])
        assert parse_phone(value, region) == _reference(value, region), (value, region)


def _reference(value: str, region: str) -> str | None:
    for place in (region, *(OVERSEAS if region == "FR" else ())):
        try:
            number = phonenumbers.parse(value, place)
        except phonenumbers.NumberParseException:
            return None
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        ("zoe@exämple.fr", "zoe@xn--exmple-cua.fr"),
        ("Élodie@example.fr", None),
        ("a..b@example.fr", None),
        ("a@b@example.fr", None),
        ("nobody", None),
    ],
)
def test_an_unusual_address_is_valid_or_not(value: str, parsed: str | None) -> None:
    assert parse_email(value) == parsed


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("+33140000001", "landline"),
        ("+33612345678", "mobile"),
        ("+442079460958", "landline"),
        ("+12025550123", None),
        ("+33800000001", None),
    ],
)
def test_a_landline_is_told_by_its_numbering_plan(number: str, kind: str | None) -> None:
    assert line_type(number) == kind
