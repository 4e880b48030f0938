"""TikTok customer files: SHA-256 of e-mail and telephone.

The versions of the documentation conflict on the plus of a telephone number; it stays, as in E.164.
"""

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.partners.partner import Columns, Partner, as_held, blank, of_person, sha256, small

KEPT = ("Email_SHA256", "Phone_SHA256")


def columns(destination: Destination) -> Columns:
    """The columns of hashed identifiers; the devices' advertising ids are not known here."""
    return {
        "Email_SHA256": sha256(small(of_person("email"))),
        "Phone_SHA256": sha256(of_person("phone")),
        "MAID_SHA256": blank(),
    }


CUSTOMER_FILE = Partner(columns, KEPT, KEPT, as_held(*KEPT), least_audience=1000)
