select
    as_of_day as date_key,
    destination,
    status,
    candidates,
    refused_no_consent,
    refused_no_contact,
    refused_suppressed,
    members
from activation.deliveries
