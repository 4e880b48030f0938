"""Partners' formats by the name that a destination gives, one module a partner."""

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.partners import (
    braze,
    google,
    klaviyo,
    linkedin,
    marketing_cloud,
    meta,
    microsoft,
    template,
    tiktok,
    trade_desk,
)
from cdp_pipeline.domain.partners.partner import Partner

PARTNERS: dict[str, Partner] = {
    "google_customer_match": google.CUSTOMER_MATCH,
    "meta_custom_audience": meta.CUSTOM_AUDIENCE,
    "linkedin_matched_audience": linkedin.MATCHED_AUDIENCE,
    "tiktok_customer_file": tiktok.CUSTOMER_FILE,
    "microsoft_customer_list": microsoft.CUSTOMER_LIST,
    "trade_desk_euid": trade_desk.EUID,
    "salesforce_marketing_cloud": marketing_cloud.DATA_EXTENSION,
    "braze_subscription_group": braze.SUBSCRIPTION_GROUP,
    "klaviyo_list": klaviyo.SUBSCRIBER_LIST,
    "personalisation_feed": template.PERSONALISATION_FEED,
}


def partner_of(destination: Destination) -> Partner:
    """The format of a destination: a partner's own, or the destination's template."""
    return template.custom_file(destination) if destination.format == "file" else PARTNERS[destination.format]
