with bought as (
    select run_days.day as as_of_day, member.profile_id, lines.quantity, lines.amount, products.category, products.brand
    from unified.order_lines as lines
    join unified.orders as orders on lines.order_id = orders.order_id
    join identity.identity_map as member on orders.record_id = member.record_id
    join unified.products as products on lines.sku = products.sku
    join run_days on orders.ordered_on <= run_days.day
    where lines.quantity > 0
),

liked as (
    select as_of_day, profile_id, 'category' as kind, category as value, sum(quantity) as articles, sum(amount) as amount
    from bought
    where category is not null
    group by as_of_day, profile_id, category
    union all
    select as_of_day, profile_id, 'brand', brand, sum(quantity), sum(amount)
    from bought
    where brand is not null
    group by as_of_day, profile_id, brand
),

popular as (
    select
        as_of_day, kind, value, sum(articles) / sum(sum(articles)) over (partition by as_of_day, kind) as popularity
    from liked
    group by as_of_day, kind, value
),

-- The share that a newcomer's first articles would show, drawn to what everyone buys.
shares as (
    select
        liked.*,
        (liked.articles + parameters.smoothing * popular.popularity)
            / (sum(liked.articles) over (partition by liked.as_of_day, liked.profile_id, liked.kind) + parameters.smoothing) as share
    from liked
    join popular on liked.as_of_day = popular.as_of_day and liked.kind = popular.kind and liked.value = popular.value
    cross join parameters
)

select
    as_of_day,
    profile_id,
    max_by(value, (articles, amount, value)) filter (where kind = 'category') as favourite_category,
    max_by(share, (articles, amount, value)) filter (where kind = 'category') as favourite_category_confidence,
    max_by(value, (articles, amount, value)) filter (where kind = 'brand') as favourite_brand,
    max_by(share, (articles, amount, value)) filter (where kind = 'brand') as favourite_brand_confidence
from shares
group by as_of_day, profile_id
