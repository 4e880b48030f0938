-- name: unfinished
select delivery_id, destination, sha256, shape
from activation.deliveries
where status in ('prepared', 'failed')

-- name: held_by_all
with told as (
    select destination from activation.delivery_members
    union all
    select destination from activation.removals where removed_on is null
    union all
    select destination from activation.outbox
)

select destination, count(*) as profiles
from told
group by destination
order by destination

-- name: held_in_another_shape
select count(*) as profiles
from activation.delivery_members

-- name: deliveries_of_day
select count(*) as deliveries
from activation.deliveries
where as_of_day = (select max(day) from run_days)

-- name: counts
select coalesce(refusal, 'eligible') as outcome, count(*) as profiles
from audience

-- name: members_to_be
select
    (select count(*) from held)
    - (select count(*) from held where profile_id in (select profile_id from delta where action = 'remove'))
    + (
        select count(*)
        from delta
        where action = 'add'
            and (profile_id not in (select profile_id from held)
                or profile_id in (select gone.profile_id from delta as gone where gone.action = 'remove'))
    ) as members

-- name: outdated
-- Somebody that was not sent yet may no longer be added as prepared, or no longer be removed.
select count(*) > 0 as is_outdated
from activation.outbox as outbox
join sent on outbox.destination = sent.destination and outbox.batch > sent.certain
left join wanted on outbox.profile_id = wanted.profile_id
where (outbox.action = 'add' and outbox.digest is distinct from wanted.digest)
    or (outbox.action = 'remove' and outbox.keys is not distinct from wanted.keys)

-- name: told
select outbox.destination, outbox.action, outbox.profile_id, outbox.batch, true as is_certain
from activation.outbox as outbox
join ended on outbox.destination = ended.destination

-- name: members_now
select
    outbox.destination, outbox.profile_id, outbox.keys, outbox.digest,
    coalesce(members.added_on, deliveries.as_of_day) as added_on,
    deliveries.as_of_day as renewed_on,
    true as is_certain,
    deliveries.shape
from activation.outbox as outbox
join ended on outbox.destination = ended.destination
join activation.deliveries as deliveries on deliveries.delivery_id = ended.delivery_id
left join activation.delivery_members as members
    on outbox.destination = members.destination and outbox.profile_id = members.profile_id
where outbox.action = 'add'

-- name: told_in_part
select
    outbox.destination, outbox.action, outbox.profile_id, outbox.batch,
    outbox.batch <= sent.certain as is_certain, outbox.batch <= sent.attempted as is_attempted
from activation.outbox as outbox
join ended on outbox.destination = ended.destination
join sent on outbox.destination = sent.destination

-- name: members_in_part
-- Of a profile that is removed and added what comes last counts. Nobody can tell what became of those who were not
-- acknowledged: whom the partner held it may hold still, and they are told again. Removals of the erased stay queued.
with last_told as (
    select *
    from told
    where profile_id not in (select request_id || '/' || number from activation.removals)
    qualify row_number() over (partition by profile_id order by batch desc, action) = 1
)

select
    last_told.destination, last_told.profile_id,
    case when last_told.is_certain then outbox.keys else coalesce(members.keys, outbox.keys) end as keys,
    case when last_told.is_certain then outbox.digest else coalesce(members.digest, outbox.digest) end as digest,
    coalesce(members.added_on, deliveries.as_of_day) as added_on,
    deliveries.as_of_day as renewed_on,
    last_told.is_certain,
    coalesce(members.shape, deliveries.shape) as shape
from last_told
join activation.outbox as outbox
    on last_told.destination = outbox.destination and last_told.action = outbox.action and last_told.profile_id = outbox.profile_id
cross join ended
join activation.deliveries as deliveries on deliveries.delivery_id = ended.delivery_id
left join activation.delivery_members as members
    on last_told.destination = members.destination and last_told.profile_id = members.profile_id
where (last_told.action = 'add' and last_told.is_attempted) or (members.profile_id is not null and not last_told.is_certain)

-- name: removals_done
select
    removals.request_id, removals.destination, removals.number, cast(null as varchar[]) as keys, removals.held_as_of,
    deliveries.as_of_day as removed_on
from activation.removals as removals
join told on removals.request_id || '/' || removals.number = told.profile_id and removals.destination = told.destination
cross join ended
join activation.deliveries as deliveries on deliveries.delivery_id = ended.delivery_id
where told.action = 'remove'
