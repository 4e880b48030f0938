"""The Trade Desk in Europe: EUID's hashes, which are SHA-256 in Base64 of the raw bytes; the whole audience each day.

No header of a file is documented: the columns are named as the fields of the EUID service (`email_hash`,
`phone_hash`). Of Gmail addresses dots and what follows a plus go; telephones are E.164 with their plus.
"""

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.expressions import array, macro
from cdp_pipeline.domain.partners.partner import Columns, Partner, as_held, of_person, sha256_base64, small

UNDOTTED = ("gmail.com",)
KEPT = ("email_hash", "phone_hash")


def columns(destination: Destination) -> Columns:
    """Hashed e-mail and telephone."""
    return {
        "email_hash": sha256_base64(macro("undotted", small(of_person("email")), array(UNDOTTED))),
        "phone_hash": sha256_base64(of_person("phone")),
    }


EUID = Partner(columns, KEPT, KEPT, as_held(*KEPT), least_audience=1500, takes_whole=True, can_replace=True)
