-- name: held
select destination, max(as_of_day) as held_as_of
from activation.delivery_members
where profile_id in (select profile_id from person_profiles)
group by destination
order by destination
