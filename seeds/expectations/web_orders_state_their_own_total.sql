select order_no, max(order_total) as stated, sum(line_total) as sum_of_lines
from staging.web_shop__orders
group by order_no
having min(order_total) <> max(order_total) or max(order_total) <> sum(line_total)
