"""Telephone numbers and unusual e-mail addresses, by the libraries that know their rules.

What belongs here: one value in, its standard form out. What does not: everything that SQL says as well
(`sql/macros.sql`). The Rust port of Google's library is ten times as fast as the Python one; a test
compares the two.
"""

from functools import cache

import rphonenumbers as phonenumbers
from email_validator import EmailNotValidError, validate_email

OVERSEAS = ("RE", "GP", "MQ", "GF", "YT")
"""Departments whose numbers are dialled within France as if they were of it."""
LINE_TYPES = {
    str(phonenumbers.PhoneNumberType.MOBILE): "mobile",
    str(phonenumbers.PhoneNumberType.FIXED_LINE): "landline",
}


def parse_phone(value: str, region: str) -> str | None:
    """E.164 of a valid number as written in a region (ISO 3166-1); None where it is none."""
    for place in (region, *(OVERSEAS if region == "FR" else ())):
        try:
            number = phonenumbers.parse(value, place)
        except phonenumbers.NumberParseException:
            return None
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def line_type(number: str) -> str | None:
    """`mobile` or `landline` of a number (E.164); None for others, and where a country tells them apart by no digit."""
    return LINE_TYPES.get(str(phonenumbers.number_type(phonenumbers.parse(number, None))))


def parse_email(value: str) -> str | None:
    """The address in lower case, an international domain in its ASCII form; None where it is none."""
    try:
        found = validate_email(value.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return found.ascii_email.lower() if found.ascii_email else None


@cache
def regions() -> frozenset[str]:
    """Regions that telephone numbers can be of."""
    return frozenset(str(region) for region in phonenumbers.SUPPORTED_REGIONS)
