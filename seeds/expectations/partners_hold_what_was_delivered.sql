with held as (
    select destination, count(*) as members from activation.delivery_members where is_certain group by destination
),

last_delivered as (
    select destination, members
    from activation.deliveries
    where status in ('delivered', 'unchanged')
    qualify row_number() over (partition by destination order by as_of_day desc, delivery_id desc) = 1
)

select last_delivered.destination, last_delivered.members as delivered, coalesce(held.members, 0) as held
from last_delivered
left join held on last_delivered.destination = held.destination
where last_delivered.members <> coalesce(held.members, 0)
    and last_delivered.destination not in (select destination from activation.outbox)
    and last_delivered.destination not in (select destination from activation.removals where removed_on is null)
