-- name: map_as_of
select record_id, max_by(profile_id, event_no) as profile_id
from identity.identity_events
where event in ('join', 'leave') and happened_on <= (select day from as_of)
group by record_id
having max_by(event, event_no) = 'join'
