with known as (
    select record_id, max_by(profile_id, event_no) as profile_id, max_by(event, event_no) as event
    from standing_events
    where event in ('join', 'leave')
    group by record_id
),

before as (
    select record_id, profile_id from known where event = 'join'
),

both as (
    select
        coalesce(before.record_id, now.record_id) as record_id,
        before.profile_id as old_profile,
        now.profile_id as new_profile
    from before
    full join identity.identity_map as now on before.record_id = now.record_id
),

issued as (
    select distinct profile_id from standing_events where event = 'mint'
),

alive as (
    select distinct profile_id from identity.identity_map
),

moved as (
    select old_profile, new_profile, count(*) as records
    from both
    where old_profile is not null and new_profile is not null and old_profile <> new_profile
    group by old_profile, new_profile
),

ended as (
    select before.profile_id, max_by(moved.new_profile, (moved.records, moved.new_profile)) as heir
    from (select distinct profile_id from before) as before
    left join moved on before.profile_id = moved.old_profile
    where before.profile_id not in (select profile_id from alive)
    group by before.profile_id
),

changes as (
    select 1 as step, 'mint' as event, profile_id, null as record_id, null as other_profile_id
    from alive
    where profile_id not in (select profile_id from issued)
    union all
    select 2, 'leave', old_profile, record_id, null
    from both
    where old_profile is not null and (new_profile is null or new_profile <> old_profile)
    union all
    select 3, 'join', new_profile, record_id, null
    from both
    where new_profile is not null and (old_profile is null or new_profile <> old_profile)
    union all
    select 4, 'split', new_profile, null, max_by(old_profile, (records, old_profile))
    from moved
    where new_profile not in (select profile_id from issued)
    group by new_profile
    union all
    select 5, case when heir is null then 'retire' else 'merge' end, profile_id, null, heir
    from ended
)

select
    (select coalesce(max(event_no), 0) from standing_events)
        + row_number() over (order by step, profile_id, record_id) as event_no,
    today.day as happened_on,
    event,
    profile_id,
    record_id,
    other_profile_id
from changes
cross join today
