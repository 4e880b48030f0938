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

foremost as (
    select
        as_of_day, profile_id, kind, max_by(value, (articles, amount, value)) as value, max(articles) as articles, sum(articles) as all_articles
    from liked
    group by as_of_day, profile_id, kind
),

-- The share that a newcomer's first articles would show, drawn to what everyone buys.
shares as (
    select
        foremost.*,
        (foremost.articles + parameters.smoothing * popular.popularity) / (foremost.all_articles + parameters.smoothing) as share
    from foremost
    join popular on foremost.as_of_day = popular.as_of_day and foremost.kind = popular.kind and foremost.value = popular.value
    cross join parameters
)

select
    as_of_day,
    profile_id,
    max(value) filter (where kind = 'category') as favourite_category,
    max(share) filter (where kind = 'category') as favourite_category_confidence,
    max(value) filter (where kind = 'brand') as favourite_brand,
    max(share) filter (where kind = 'brand') as favourite_brand_confidence
from shares
group by as_of_day, profile_id
