"""Salesforce Marketing Cloud, a data extension: plain values under its field names, found by SubscriberKey.

Additions are imported with the mode AddAndUpdate, removals with ColumnBased, whose column `Action` deletes the row.
"""

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.expressions import column, text
from cdp_pipeline.domain.partners.partner import Columns, Partner, harmless, of_person


def columns(destination: Destination) -> Columns:
    """The fields of the data extension."""
    return {
        "SubscriberKey": of_person("published_id"),
        "EmailAddress": harmless(of_person("email")),
        "FirstName": harmless(of_person("given_name")),
        "LastName": harmless(of_person("family_name")),
        "Locale": of_person("language"),
    }


def removed(destination: Destination) -> Columns:
    """A row to delete."""
    return {"SubscriberKey": column("SubscriberKey", "held"), "Action": text("Delete")}


DATA_EXTENSION = Partner(columns, ("SubscriberKey",), ("SubscriberKey",), removed, reached_by=("email",))
