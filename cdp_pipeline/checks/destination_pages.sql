-- name: last_deliveries
select
    destination,
    delivery_id,
    status,
    members,
    refused_no_consent + refused_no_contact + refused_invalid_contact + refused_suppressed + refused_contact_cap as refused
from activation.deliveries
qualify row_number() over (partition by destination order by as_of_day desc, length(delivery_id) desc, delivery_id desc) = 1
order by destination

-- name: deliveries
select
    delivery_id as delivery, as_of_day as day, cast(regexp_extract(delivery_id, '[0-9]+$') as bigint) as number, sync, status,
    candidates, refused_no_consent, refused_no_contact, refused_invalid_contact, refused_suppressed, refused_contact_cap,
    members, added, renewed, removed, error
from activation.deliveries
order by as_of_day desc, cast(regexp_extract(delivery_id, '[0-9]+$') as bigint) desc
