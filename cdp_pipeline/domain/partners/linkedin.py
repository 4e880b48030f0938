"""LinkedIn Matched Audiences, a contact list (help a1489764): e-mails hashed, names plain, headers unaltered."""

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.partners.partner import (
    MEGABYTE,
    Columns,
    Partner,
    as_held,
    blank,
    harmless,
    of_person,
    sha256,
    without_spaces,
)


def columns(destination: Destination) -> Columns:
    """The columns of the template; job, employer and advertising id are not known here."""
    return {
        "email": sha256(without_spaces(of_person("email"))),
        "firstname": harmless(of_person("given_name")),
        "lastname": harmless(of_person("family_name")),
        "jobtitle": blank(),
        "employeecompany": blank(),
        "country": of_person("country"),
        "googleaid": blank(),
    }


MATCHED_AUDIENCE = Partner(
    columns,
    ("email",),
    ("email",),
    as_held("email"),
    reached_by=("email",),
    least_audience=300,
    most_rows=100_000,
    most_bytes=20 * MEGABYTE,
)
