-- name: told
select destination, profile_id, keys, renewed_on
from activation.delivery_members
union all
select outbox.destination, outbox.profile_id, outbox.keys, deliveries.as_of_day
from activation.outbox as outbox
join activation.deliveries as deliveries
    on outbox.destination = deliveries.destination and deliveries.status in ('prepared', 'failed')

-- name: partners
select distinct destination
from partners_told
where profile_id in (select profile_id from person_profiles)
order by destination

-- name: waiting
-- Deliveries that tell a partner of any of the people, and have not ended.
select distinct deliveries.delivery_id
from activation.deliveries as deliveries
join activation.outbox as outbox on deliveries.destination = outbox.destination
where deliveries.status in ('prepared', 'failed') and outbox.profile_id in (select profile_id from person_profiles)

-- name: removals
select
    destination, row_number() over (partition by destination order by keys) as number, keys, max(renewed_on) as held_as_of
from partners_told
where profile_id in (select profile_id from person_profiles)
group by destination, keys
order by destination, number

-- name: cells
with identifiers as (
    select told.keys[places.place] as identifier, told.profile_id in (select profile_id from person_profiles) as is_mine
    from partners_told as told
    join finding_places as places on told.destination = places.destination
)

select identifier as cell
from identifiers
where identifier is not null
group by identifier
having bool_and(is_mine)
