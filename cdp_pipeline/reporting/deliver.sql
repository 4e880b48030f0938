-- name: newest
select max(as_of_day) as day
from segments.segment_members

-- name: reasons
select action, reason, count(*) as profiles
from delta
group by action, reason
order by action, reason
