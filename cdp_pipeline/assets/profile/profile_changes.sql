-- name: standing
select * from profile.profile_changes

-- name: inputs
with held as (
    select hash(record_id) as record, hash(person) as digest from unified.person_records as person
    union all
    select hash(record_id), hash(points) from unified.contact_points as points
    union all
    select hash(record_id), hash(consents) from unified.consents as consents
    union all
    select hash(record_id), hash(touch) from unified.interactions as touch where event in (select event from events)
),

-- Grouped by numbers, which is faster than by ids. Sums, as no two rows that are the same may cancel each other out.
by_record as (
    select record, sum(digest) as digest from held group by record
),

by_profile as (
    select member.profile_id, sum(by_record.digest) as digest
    from identity.identity_map as member
    join by_record on hash(member.record_id) = by_record.record
    group by member.profile_id
)

select by_profile.profile_id, by_profile.digest + hash(sure) as inputs
from by_profile
join identity.profile_confidence as sure on by_profile.profile_id = sure.profile_id

-- name: changes
select
    coalesce(now.profile_id, was.profile_id) as profile_id,
    now.inputs,
    now.inputs is distinct from was.inputs as has_changed,
    coalesce((select max(state) from before), 0) + 1 as state
from inputs_now as now
full join (select profile_id, inputs from before where inputs is not null) as was on now.profile_id = was.profile_id

-- name: number_changed
select count(*) filter (where has_changed) from profile.profile_changes
