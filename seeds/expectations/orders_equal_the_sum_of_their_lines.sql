with lines as (
    select order_id, sum(amount) as amount from unified.order_lines group by order_id
)

select orders.order_id, orders.amount as order_amount, lines.amount as sum_of_lines
from lines
join unified.orders as orders on lines.order_id = orders.order_id
where orders.amount <> lines.amount
