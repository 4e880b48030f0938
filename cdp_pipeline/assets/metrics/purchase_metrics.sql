with orders_until as (
    select
        run_days.day as as_of_day, member.profile_id, orders.order_id, orders.ordered_on, orders.channel, orders.amount,
        coalesce(orders.amount, 0) >= 0 as is_purchase
    from unified.orders as orders
    join identity.identity_map as member on orders.record_id = member.record_id
    join run_days on orders.ordered_on <= run_days.day
),

purchases as (
    select
        as_of_day,
        profile_id,
        count(*) filter (where is_purchase) as frequency,
        sum(amount) as monetary_value,
        sum(amount) filter (where is_purchase) as bought_for,
        min(ordered_on) filter (where is_purchase) as first_order_on,
        max(ordered_on) filter (where is_purchase) as last_order_on,
        count(*) filter (where is_purchase and channel = 'web') as web_orders,
        count(*) filter (where is_purchase and channel = 'store') as store_orders
    from orders_until
    group by as_of_day, profile_id
),

visits as (
    select
        as_of_day, profile_id, ordered_on - lag(ordered_on) over (partition by as_of_day, profile_id order by ordered_on) as gap
    from (select distinct as_of_day, profile_id, ordered_on from orders_until where is_purchase)
),

cadences as (
    select as_of_day, profile_id, count(*) as order_days, median(gap) as cadence_days
    from visits
    group by as_of_day, profile_id
),

lines_until as (
    select
        orders_until.as_of_day, orders_until.profile_id, lines.quantity, lines.amount, products.price * lines.quantity as list_value
    from unified.order_lines as lines
    join orders_until on lines.order_id = orders_until.order_id
    left join unified.products as products on lines.sku = products.sku
),

articles as (
    select
        as_of_day,
        profile_id,
        sum(quantity) filter (where quantity > 0) as articles_bought,
        sum(-quantity) filter (where quantity < 0) as articles_returned,
        sum(list_value - amount) filter (where quantity > 0 and list_value > 0) as saved,
        sum(list_value) filter (where quantity > 0 and list_value > 0 and amount is not null) as list_value
    from lines_until
    group by as_of_day, profile_id
)

select
    purchases.as_of_day,
    purchases.profile_id,
    purchases.as_of_day - purchases.last_order_on as recency_days,
    purchases.frequency,
    purchases.monetary_value,
    cast(purchases.bought_for / nullif(purchases.frequency, 0) as decimal(18, 2)) as average_basket,
    purchases.first_order_on,
    purchases.last_order_on,
    purchases.as_of_day - purchases.first_order_on as tenure_days,
    coalesce(cadences.order_days, 0) as order_days,
    cadences.cadence_days,
    purchases.web_orders,
    purchases.store_orders,
    purchases.store_orders / nullif(purchases.web_orders + purchases.store_orders, 0) as store_share,
    coalesce(articles.articles_bought, 0) as articles_bought,
    coalesce(articles.articles_returned, 0) as articles_returned,
    coalesce(articles.articles_returned, 0) / nullif(articles.articles_bought, 0) as return_rate,
    greatest(articles.saved / nullif(articles.list_value, 0), 0) as discount_share
from purchases
left join cadences on purchases.as_of_day = cadences.as_of_day and purchases.profile_id = cadences.profile_id
left join articles on purchases.as_of_day = articles.as_of_day and purchases.profile_id = articles.profile_id
