-- name: person_records
select record_id from identity.identity_map where profile_id in (select profile_id from person_profiles)

-- name: person_numbers
select record_no from identity.identity_map where profile_id in (select profile_id from person_profiles)

-- name: person_orders
select order_id from unified.orders where record_id in (select record_id from person_records)

-- name: person_visitors
select visitor_id
from identity.device_map
group by visitor_id
having bool_and(profile_id in (select profile_id from person_profiles)) and count(profile_id) = count(*)

-- name: former_profiles
select profile_id from identity.profile_redirects where current_profile_id in (select who from asked)
union
select who from asked
