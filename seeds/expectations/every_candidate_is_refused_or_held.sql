select delivery_id, candidates, members
from activation.deliveries
where status = 'prepared' and added > 0
    and members > candidates - refused_no_consent - refused_no_contact - refused_invalid_contact - refused_suppressed - refused_contact_cap
