with articles as (
    select
        order_id,
        sum(quantity) filter (where quantity > 0) as articles_bought,
        sum(-quantity) filter (where quantity < 0) as articles_returned
    from unified.order_lines
    group by order_id
)

select
    orders.order_id,
    orders.record_id,
    member.profile_id,
    orders.ordered_at,
    orders.ordered_on as date_key,
    orders.channel,
    orders.store_id,
    orders.amount,
    orders.currency,
    cast(coalesce(articles.articles_bought, 0) as bigint) as articles_bought,
    cast(coalesce(articles.articles_returned, 0) as bigint) as articles_returned
from unified.orders as orders
left join identity.identity_map as member on orders.record_id = member.record_id
left join articles on orders.order_id = articles.order_id
