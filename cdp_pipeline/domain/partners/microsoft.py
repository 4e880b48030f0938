"""Microsoft Advertising, a customer list as a Bulk file: the list, and an item a person.

Row 2 names the version of the format, row 3 the list with what is done to it (Add, Remove or Replace); an item
names the list as its parent and holds the SHA-256 of an e-mail address.
"""

from collections.abc import Mapping

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.expressions import column, text
from cdp_pipeline.domain.partners.partner import Columns, Partner, blank, of_person, sha256, small

HEADERS = (
    "Type",
    "Status",
    "Id",
    "Parent Id",
    "Client Id",
    "Modified Time",
    "Name",
    "Description",
    "Scope",
    "Audience",
    "Action Type",
    "Sub Type",
    "Text",
)
ACTIONS = {"add": "Add", "remove": "Remove", "full": "Replace"}


def lines_before(destination: Destination, action: str) -> list[Mapping[str, str]]:
    """The version of the format, and the list."""
    return [
        {"Type": "Format Version", "Name": "6.0"},
        {
            "Type": "Customer List",
            "Id": str(destination.audience_id),
            "Name": str(destination.audience_name),
            "Action Type": ACTIONS[action],
        },
    ]


def _item(destination: Destination) -> Columns:
    filled = {"Type": "Customer List Item", "Parent Id": str(destination.audience_id), "Sub Type": "Email"}
    return {header: text(filled[header]) if header in filled else blank() for header in HEADERS}


def columns(destination: Destination) -> Columns:
    """An item of the list."""
    return {**_item(destination), "Text": sha256(small(of_person("email")))}


def removed(destination: Destination) -> Columns:
    """The item again; what is done to it stands in the list's row."""
    return {**_item(destination), "Text": column("Text", "held")}


CUSTOMER_LIST = Partner(
    columns,
    ("Text",),
    ("Text",),
    removed,
    reached_by=("email",),
    least_audience=300,
    can_replace=True,
    lines_before=lines_before,
)
