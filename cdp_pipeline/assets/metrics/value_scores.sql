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
    foretold.expected
        * case
            when spend.p * histories.repeats + spend.q <= 1 then spend.mean_spend
            else spend.p * (spend.v + histories.repeats * histories.mean_spend) / (spend.p * histories.repeats + spend.q - 1)
        end as worth,
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

-- name: added
select profile_id, 'purchase days' as label, cast(repeats + 1 as double) as value, effect_repeats as added from scored
union all
select profile_id, 'days since the last purchase', cast(age_days - recency_days as double), effect_recency from scored
union all
select profile_id, 'days since the first purchase', cast(age_days as double), effect_age from scored

-- name: spend_added
select profile_id, label, value, added from added
union all
select
    scored.profile_id, 'mean amount of a purchase', scored.mean_spend,
    case when scored.expected > 0 then scored.worth / scored.expected / nullif(spend.mean_spend, 0) - 1 else 0 end
from scored
cross join spend
where scored.mean_spend > 0
