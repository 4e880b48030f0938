"""Google Customer Match, as uploaded in Google Ads (help pages 7659867, 7474263 and 7476159).

E-mail, telephone and names are hashed (SHA-256, hexadecimal), country and postcode never. A removal repeats the
line as it was added, since a person is matched by the address part alone, too.
"""

from sqlglot import exp

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.expressions import array, macro
from cdp_pipeline.domain.partners.partner import (
    Columns,
    Partner,
    as_held,
    of_person,
    replaced,
    sha256,
    small,
    without_spaces,
)

UNDOTTED = ("gmail.com", "googlemail.com")
HEADERS = ("Email", "Phone", "First Name", "Last Name", "Country", "Zip")


def address(email: exp.Expr) -> exp.Expr:
    """In small letters without spaces; of Gmail's two domains without dots and without what follows a plus."""
    return macro("undotted", without_spaces(email), array(UNDOTTED))


def columns(destination: Destination) -> Columns:
    """The columns of the upload template."""
    values = (
        sha256(address(of_person("email"))),
        sha256(of_person("phone")),
        sha256(small(of_person("given_name"))),
        sha256(small(of_person("family_name"))),
        of_person("country"),
        replaced(of_person("postcode"), "[^A-Za-z0-9 ]", ""),
    )
    return dict(zip(HEADERS, values, strict=True))


CUSTOMER_MATCH = Partner(
    columns, HEADERS, ("Email", "Phone"), as_held(*HEADERS), least_audience=100, expires_after_days=540
)
