-- name: found
select redirects.current_profile_id
from identity.profile_redirects as redirects, asked
where redirects.profile_id = asked.who
union
select profile_id from identity.identity_map, asked where record_id = asked.who
union
select points.profile_id
from profile.profile_contact_points as points, asked
where points.value = lower(asked.who) or mailbox(points.value) = mailbox(lower(asked.who))
    or points.value = asked.phone

-- name: person_profiles
select profile_id from identity.profile_redirects where current_profile_id in (select profile_id from asked_profiles)
union
select profile_id from asked_profiles

-- name: person_records
select record_id from identity.identity_map where profile_id in (select profile_id from person_profiles)
union
select record_id
from identity.identity_events
where record_id is not null
group by record_id
having max_by(profile_id, event_no) in (select profile_id from person_profiles)
union
select record_id from asked_records

-- name: person_numbers
select record_no from identity.identity_map where record_id in (select record_id from person_records)

-- name: person_orders
select order_id from unified.orders where record_id in (select record_id from person_records)

-- name: person_visitors
select visitor_id
from identity.device_map
group by visitor_id
having bool_and(profile_id in (select profile_id from person_profiles)) and count(profile_id) = count(*)

-- name: person_touches
select touch_id from profile.timeline where profile_id in (select profile_id from person_profiles)
