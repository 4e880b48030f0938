-- name: removals
select
    removals.request_id,
    removals.destination,
    removals.identifier,
    removals.sha256,
    removals.held_as_of,
    coalesce(removals.removed_on, min(deliveries.as_of_day)) as removed_on
from activation.removals as removals
left join activation.deliveries as deliveries
    on removals.destination = deliveries.destination
    and deliveries.status = 'delivered'
    and deliveries.as_of_day > removals.held_as_of
group by
    removals.request_id, removals.destination, removals.identifier, removals.sha256, removals.held_as_of, removals.removed_on

-- name: queued
select count(*) from activation.removals where removed_on is null
