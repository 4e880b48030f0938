-- name: newest_delivered
select destination, max(as_of_day) as as_of_day
from activation.deliveries
where status = 'delivered'
group by destination

-- name: delivered_before
select deliveries.*
from activation.deliveries as deliveries
where deliveries.status = 'delivered' and deliveries.as_of_day in (select day from run_days)

-- name: counts
select coalesce(refusal, 'member') as outcome, count(*) as profiles
from eligible
group by outcome
