select
    delivery_id,
    as_of_day as date_key,
    destination,
    sync,
    status,
    candidates,
    refused_no_consent,
    refused_no_contact,
    refused_invalid_contact,
    refused_suppressed,
    refused_contact_cap,
    members,
    added,
    renewed,
    removed
from activation.deliveries
