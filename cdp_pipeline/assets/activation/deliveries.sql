-- name: newest_delivered
select destination, max(as_of_day) as as_of_day
from activation.deliveries
where status = 'delivered'
group by destination

-- name: counts
select coalesce(refusal, 'member') as outcome, count(*) as profiles
from eligible
group by outcome
