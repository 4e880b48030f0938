-- name: distinct_histories
select repeats, recency_days, age_days, count(*) as customers
from histories
group by repeats, recency_days, age_days
order by repeats, recency_days, age_days

-- name: judged
select histories.repeats, histories.recency_days, histories.age_days, histories.mean_spend, outcomes.purchases, outcomes.spent_later
from histories
join outcomes on histories.profile_id = outcomes.profile_id
order by histories.profile_id

-- name: spends
select repeats, mean_spend
from histories
where repeats > 0 and mean_spend > 0
order by profile_id

-- name: mean_spend
select coalesce(sum(mean_spend * repeats) / nullif(sum(repeats), 0), 0) as mean_spend from histories where repeats > 0

-- name: scored
select
    histories.profile_id,
    foretold.expected,
    case
        when spend.p * histories.repeats + spend.q <= 1 then spend.mean_spend
        else spend.p * (spend.v + histories.repeats * histories.mean_spend) / (spend.p * histories.repeats + spend.q - 1)
    end as mean_to_come,
    foretold.expected * mean_to_come as worth,
    histories.mean_spend,
    foretold.repeats,
    foretold.recency_days,
    foretold.age_days,
    foretold.effect_repeats,
    foretold.effect_recency,
    foretold.effect_age
from histories
join foretold
    on histories.repeats = foretold.repeats
    and histories.recency_days = foretold.recency_days
    and histories.age_days = foretold.age_days
cross join spend

-- name: expected_orders
select
    profile_id,
    expected as score,
    cast(null as varchar) as choice,
    [
        {'label': 'purchase days', 'value': cast(repeats + 1 as double), 'added': effect_repeats},
        {'label': 'days since the last purchase', 'value': cast(age_days - recency_days as double), 'added': effect_recency},
        {'label': 'days since the first purchase', 'value': cast(age_days as double), 'added': effect_age}
    ] as effects
from scored

-- name: customer_value
-- In the currency of the amounts: what changes the number of purchases, at their mean to come; and that mean itself.
select
    scored.profile_id,
    scored.worth as score,
    cast(null as varchar) as choice,
    [
        {'label': 'purchase days', 'value': cast(scored.repeats + 1 as double), 'added': scored.effect_repeats * scored.mean_to_come},
        {'label': 'days since the last purchase', 'value': cast(scored.age_days - scored.recency_days as double), 'added': scored.effect_recency * scored.mean_to_come},
        {'label': 'days since the first purchase', 'value': cast(scored.age_days as double), 'added': scored.effect_age * scored.mean_to_come},
        {
            'label': 'mean amount of a purchase',
            'value': scored.mean_spend,
            'added': case when scored.mean_spend > 0 then scored.expected * (scored.mean_to_come - spend.mean_spend) else 0 end
        }
    ] as effects
from scored
cross join spend
