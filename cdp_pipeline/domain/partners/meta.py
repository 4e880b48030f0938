"""Meta Custom Audiences, under the keys of its API; a file is one request of at most 10,000 users.

All is hashed but EXTERN_ID and MADID. Telephones have digits only, without the plus; accents of names stay (NFC),
punctuation goes; towns and regions are a to z. The file of additions is POSTed, that of removals DELETEd.
"""

from sqlglot import exp

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.expressions import literal, macro, text
from cdp_pipeline.domain.partners.partner import (
    Columns,
    Partner,
    as_held,
    blank,
    of_person,
    replaced,
    sha256,
    small,
    without_spaces,
)

KEPT = ("EXTERN_ID", "EMAIL", "PHONE")
USERS_A_REQUEST = 10_000


def telephone(number: exp.Expr) -> exp.Expr:
    """Country code and number, in digits."""
    return replaced(number, "[^0-9]", "")


def name(value: exp.Expr) -> exp.Expr:
    """In small letters, with its accents, without punctuation."""
    return exp.Trim(this=replaced(macro("nfc_normalize", exp.Lower(this=value)), r"[^\p{L}\p{M}\p{N}\s]", ""))


def place(value: exp.Expr) -> exp.Expr:
    """The letters a to z alone."""
    return replaced(exp.Lower(this=macro("without_accents", value)), "[^a-z]", "")


def columns(destination: Destination) -> Columns:
    """The keys in the documentation's order."""

    def born(part: str) -> exp.Expr:
        """A part of the date of birth, hashed."""
        return sha256(macro("strftime", of_person("birth_date"), text(part)))

    given = name(of_person("given_name"))
    return {
        "EXTERN_ID": of_person("published_id"),
        "EMAIL": sha256(small(of_person("email"))),
        "PHONE": sha256(telephone(of_person("phone"))),
        "GEN": sha256(of_person("gender")),
        "DOBY": born("%Y"),
        "DOBM": born("%m"),
        "DOBD": born("%d"),
        "LN": sha256(name(of_person("family_name"))),
        "FN": sha256(given),
        "FI": sha256(exp.func("left", given, literal(1))),
        "CT": sha256(place(of_person("city"))),
        "ST": sha256(place(of_person("region"))),
        "ZIP": sha256(without_spaces(of_person("postcode"))),
        "MADID": blank(),
        "COUNTRY": sha256(exp.Lower(this=of_person("country"))),
    }


CUSTOM_AUDIENCE = Partner(columns, KEPT, KEPT, as_held(*KEPT), least_audience=100, most_rows=USERS_A_REQUEST)
