with lines as (
    select order_id, sum(amount) as amount from unified.order_lines group by order_id
)

select orders.order_id, orders.amount as order_amount, lines.amount as sum_of_lines
from unified.orders as orders
left join lines on orders.order_id = lines.order_id
where orders.amount is distinct from lines.amount
    and orders.amount is not null
    and orders.source in (select delivering.source from unified.order_lines as delivering)
    -- the table may be the lines of a day
    and (orders.extract_date is null or orders.extract_date in (select delivered.extract_date from unified.order_lines as delivered))
