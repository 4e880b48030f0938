select order_no, line_no, line_total, unit_price * quantity as price_times_quantity
from staging.web_shop__orders
where line_total <> unit_price * quantity
