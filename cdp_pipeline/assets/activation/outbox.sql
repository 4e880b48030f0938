-- name: held
select profile_id, keys, digest, renewed_on, is_certain
from activation.delivery_members

-- name: erased
select request_id || '/' || number as profile_id, keys
from activation.removals
where removed_on is null

-- name: sizes
select (select count(*) from wanted) as wanted, (select count(*) from held) as held

-- name: gone
select held.profile_id, held.keys, case when wanted.profile_id is null then 'left' else 'changed' end as reason
from held
left join wanted on held.profile_id = wanted.profile_id
where wanted.profile_id is null or wanted.keys is distinct from held.keys
union all
select profile_id, keys, 'erased' from erased

-- name: added
-- Who shares with somebody that leaves what the partner finds a person by leaves with them, and is told again.
with taken as (
    select distinct gone.keys[finding_places.place] as identifier
    from gone
    cross join finding_places
),

again as (
    select distinct wanted.profile_id
    from wanted
    cross join finding_places
    join taken on wanted.keys[finding_places.place] = taken.identifier
),

judged as (
    select
        wanted.profile_id,
        wanted.keys,
        wanted.digest,
        held.profile_id is not null as is_held,
        case
            when held.profile_id is null then 'new'
            when held.digest is distinct from wanted.digest or held.keys is distinct from wanted.keys then 'changed'
            when not held.is_certain or again.profile_id is not null then 'told again'
            when terms.day - held.renewed_on >= terms.renew_after_days then 'renewed'
            when terms.is_whole then 'the whole'
        end as reason
    from wanted
    cross join terms
    left join held on wanted.profile_id = held.profile_id
    left join again on wanted.profile_id = again.profile_id
)

select judged.profile_id, judged.keys, judged.digest, judged.reason
from judged
cross join terms
where judged.reason is not null and (terms.is_large_enough or judged.is_held)

-- name: delta
with both_actions as (
    select 'remove' as action, profile_id, reason, keys, cast(null as varchar) as digest from gone
    union all
    select 'add', profile_id, reason, keys, digest from added
),

numbered as (
    select *, row_number() over (partition by action order by profile_id) - 1 as place
    from both_actions
),

-- A whole audience takes the place of what the partner holds: its removals go with the first file.
removals as (
    select case when any_value(terms.is_full) then 0 else cast(ceil(count(gone.profile_id) / any_value(terms.batch_rows)) as bigint) end as batches
    from terms
    left join gone on true
)

select
    terms.destination,
    numbered.action,
    numbered.profile_id,
    numbered.reason,
    numbered.keys,
    numbered.digest,
    case
        when numbered.action = 'add' then removals.batches + 1 + numbered.place // terms.batch_rows
        when terms.is_full then 1
        else 1 + numbered.place // terms.batch_rows
    end as batch
from numbered
cross join terms
cross join removals
order by batch, numbered.action, numbered.profile_id

-- name: counts
select
    count(*) filter (where action = 'add') as added,
    count(*) filter (where reason = 'renewed') as renewed,
    count(*) filter (where action = 'remove') as removed,
    coalesce(max(batch), 0) as batches
from delta
