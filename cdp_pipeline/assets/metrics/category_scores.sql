-- name: category_touches
select timeline.profile_id, timeline.category, timeline.occurred_on, timeline.event
from profile.timeline as timeline
semi join customers as asked on timeline.profile_id = asked.profile_id
join parameters on timeline.occurred_on <= parameters.last_day
where timeline.category is not null and timeline.event <> 'sent'

-- name: category_sales
select timeline.category, timeline.occurred_on, count(*) as touches
from profile.timeline as timeline
semi join allowed on timeline.profile_id = allowed.profile_id
join parameters on timeline.occurred_on <= parameters.last_day
where timeline.category is not null and timeline.event = 'bought'
group by timeline.category, timeline.occurred_on

-- name: category_features
-- Of everybody's purchases: lately, and in the same weeks of the year before.
with popular as (
    select
        sales.category,
        sum(sales.touches) filter (where sales.occurred_on > cutoff.day - 90) as lately,
        sum(sales.touches) filter (
            where sales.occurred_on > cutoff.day - 365 and sales.occurred_on <= cutoff.day - 365 + parameters.horizon_days
        ) as last_year
    from category_sales as sales
    join cutoff on sales.occurred_on <= cutoff.day
    cross join parameters
    group by sales.category
),

own as (
    select
        touches.profile_id,
        touches.category,
        count(*) filter (where touches.event = 'bought') as bought,
        count(*) filter (where touches.event <> 'bought' and touches.occurred_on > cutoff.day - 90) as looked,
        max(touches.occurred_on) filter (where touches.event = 'bought') as bought_on,
        max(touches.occurred_on) filter (where touches.event = 'returned') as returned_on
    from category_touches as touches
    join cutoff on touches.occurred_on <= cutoff.day
    group by touches.profile_id, touches.category
)

select
    people.profile_id,
    popular.category,
    coalesce(own.bought, 0) as bought,
    coalesce(own.looked, 0) as looked,
    coalesce(cutoff.day - own.bought_on, 0) as days_since_bought,
    100.0 * coalesce(popular.lately, 0) / greatest((select sum(lately) from popular), 1) as lately,
    100.0 * coalesce(popular.last_year, 0) / greatest((select sum(last_year) from popular), 1) as last_year,
    coalesce(cutoff.day - own.bought_on < parameters.owned_days, false)
        or coalesce(cutoff.day - own.returned_on < parameters.refused_days, false) as is_out
from (select profile_id from histories) as people
cross join popular
cross join cutoff
cross join parameters
left join own on people.profile_id = own.profile_id and popular.category = own.category

-- name: category_found
select distinct touches.profile_id, touches.category
from category_touches as touches
cross join cutoff
cross join parameters
where touches.event = 'bought' and touches.occurred_on > cutoff.day
    and touches.occurred_on <= cutoff.day + parameters.horizon_days

-- name: learnt
select
    pairs.bought, pairs.looked, pairs.days_since_bought, pairs.lately, pairs.last_year,
    case when found.category is null then 0 else 1 end as is_bought
from pairs
left join found on pairs.profile_id = found.profile_id and pairs.category = found.category
where not pairs.is_out and pairs.profile_id in (select profile_id from found)
order by pairs.profile_id, pairs.category

-- name: chosen
select profile_id, max_by(category, (probability, category)) as choice, max(probability) as score
from pairs_scored
where not is_out
group by profile_id

-- name: hits
with asked as (
    select pairs.profile_id, pairs.category, pairs.lately, found.category is not null as is_bought
    from pairs
    left join found on pairs.profile_id = found.profile_id and pairs.category = found.category
    where not pairs.is_out
),

people as (
    select
        asked.profile_id,
        bool_or(asked.is_bought) as has_bought,
        bool_or(asked.is_bought and asked.category = chosen.choice) as is_hit,
        max_by(asked.is_bought, (asked.lately, asked.category)) as is_naive_hit
    from asked
    join chosen on asked.profile_id = chosen.profile_id
    group by asked.profile_id
)

select count(*) as buyers, count_if(is_hit) as hits, count_if(is_naive_hit) as naive_hits
from people
where has_bought
