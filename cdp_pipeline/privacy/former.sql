-- name: forms
select lower(value) as form from former_points
union
select lower(trim(parsed.value))
from staging.parsed_values as parsed
join former_points as points on parsed.kind = points.kind and parsed.parsed = points.value

-- name: former_records
select record_id
from held_records
where record_id is not null and record_id not in (select record_id from identity.identity_map)
union
select record_id
from identity.identity_events
where record_id = (select who from asked) and record_id not in (select record_id from identity.identity_map)

-- name: profiles
with ended as (
    select max_by(profile_id, event_no) as profile_id
    from identity.identity_events
    where record_id in (select record_id from former_records)
    group by record_id
    union
    select profile_id from identity.identity_events where profile_id = (select who from asked)
)

select coalesce(redirects.current_profile_id, ended.profile_id) as profile_id
from ended
left join identity.profile_redirects as redirects on ended.profile_id = redirects.profile_id
group by all
