-- name: map_as_of
select record_id, max_by(profile_id, event_no) as profile_id
from identity.identity_events
where event in ('join', 'leave') and happened_on <= (select day from as_of)
group by record_id
having max_by(event, event_no) = 'join'

-- name: last_event
select max(event_no) as event_no from identity.identity_events

-- name: events
with both as (
    select
        coalesce(before.record_id, now.record_id) as record_id,
        before.profile_id as old_profile,
        now.profile_id as new_profile
    from before
    full join members as now on before.record_no = now.record_no
    where before.profile_id is distinct from now.profile_id
),

alive as (
    select distinct profile_id from members
),

was_alive as (
    select distinct profile_id from before
),

moved as (
    select old_profile, new_profile, count(*) as records
    from both
    where old_profile is not null and new_profile is not null
    group by old_profile, new_profile
),

ended as (
    select was_alive.profile_id, max_by(moved.new_profile, (moved.records, moved.new_profile)) as heir
    from was_alive
    left join moved on was_alive.profile_id = moved.old_profile
    where was_alive.profile_id not in (select profile_id from alive)
    group by was_alive.profile_id
),

fresh as (
    select cluster, profile_id from minted where cluster not in (select cluster from reminted)
    union all
    select cluster, profile_id from reminted
),

changes as (
    select 1 as step, 'mint' as event, profile_id, null as record_id, null as other_profile_id
    from fresh
    union all
    select 2, 'leave', old_profile, record_id, null
    from both
    where old_profile is not null
    union all
    select 3, 'join', new_profile, record_id, null
    from both
    where new_profile is not null
    union all
    select 4, 'split', new_profile, null, max_by(old_profile, (records, old_profile))
    from moved
    where new_profile in (select profile_id from fresh)
    group by new_profile
    union all
    select 5, case when heir is null then 'retire' else 'merge' end, profile_id, null, heir
    from ended
)

select
    coalesce((select event_no from last_event), 0) + step as event_no,
    today.day as happened_on,
    event,
    profile_id,
    record_id,
    other_profile_id
from changes
cross join today

-- name: events_by_kind
select event, count(*)
from identity.identity_events
where event_no > coalesce((select event_no from last_event), 0)
group by event
order by event
