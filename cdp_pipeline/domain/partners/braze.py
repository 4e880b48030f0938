"""Braze, a CSV import of users into a subscription group; headers are case-sensitive, blanks never overwrite.

Who leaves the audience is unsubscribed from the group, and from nothing else.
"""

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.expressions import column, text
from cdp_pipeline.domain.partners.partner import MEGABYTE, Columns, Partner, blank, harmless, of_person


def columns(destination: Destination) -> Columns:
    """A user who is in the group."""
    return {
        "external_id": of_person("published_id"),
        "first_name": harmless(of_person("given_name")),
        "email": harmless(of_person("email")),
        "email_subscribe": blank(),
        "push_subscribe": blank(),
        "subscription_group_id": text(str(destination.subscription_group_id)),
        "subscription_state": text("subscribed"),
    }


def removed(destination: Destination) -> Columns:
    """A user who leaves it."""
    return {
        "external_id": column("external_id", "held"),
        "subscription_group_id": text(str(destination.subscription_group_id)),
        "subscription_state": text("unsubscribed"),
    }


SUBSCRIPTION_GROUP = Partner(
    columns,
    ("external_id",),
    ("external_id",),
    removed,
    reached_by=("email",),
    most_rows=1_000_000,
    most_bytes=500 * MEGABYTE,
)
