with held as (
    select as_of_day, destination, count(*) as members from activation.delivery_members group by as_of_day, destination
)

select deliveries.destination, deliveries.members as delivered, coalesce(held.members, 0) as held
from activation.deliveries as deliveries
left join held on deliveries.as_of_day = held.as_of_day and deliveries.destination = held.destination
where deliveries.status = 'delivered' and deliveries.members <> coalesce(held.members, 0)
    and deliveries.as_of_day = (select max(newest.as_of_day) from activation.deliveries as newest)
