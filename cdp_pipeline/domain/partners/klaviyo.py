"""Klaviyo, a list upload: the first column is the e-mail address; dates are YYYY-MM-DD, never with the day first.

Removals are the addresses to take off the list.
"""

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.expressions import macro, text
from cdp_pipeline.domain.partners.partner import MEGABYTE, Columns, Partner, as_held, harmless, of_person


def columns(destination: Destination) -> Columns:
    """A subscriber, with the consent that lets them be in the list."""
    return {
        "Email": harmless(of_person("email")),
        "Phone Number": of_person("phone"),
        "First Name": harmless(of_person("given_name")),
        "Last Name": harmless(of_person("family_name")),
        "Email Marketing Consent": text("SUBSCRIBED"),
        "Email Marketing Consent Timestamp": macro("strftime", of_person("consented_at"), text("%Y-%m-%d")),
    }


SUBSCRIBER_LIST = Partner(
    columns,
    ("Email",),
    ("Email",),
    as_held("Email"),
    reached_by=("email",),
    most_rows=200_000,
    most_bytes=50 * MEGABYTE,
    mails=True,
)
