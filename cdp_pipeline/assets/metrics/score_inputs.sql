-- name: allowed
select distinct state.profile_id
from profile.consent_state as state
join parameters on state.purpose = parameters.purpose
where state.status = 'granted'

-- name: purchase_days
select member.profile_id, orders.ordered_on, sum(coalesce(orders.amount, 0)) as amount
from unified.orders as orders
join identity.identity_map as member on orders.record_id = member.record_id
join allowed on member.profile_id = allowed.profile_id
join parameters on orders.ordered_on <= parameters.last_day
where coalesce(orders.amount, 0) >= 0
group by member.profile_id, orders.ordered_on

-- name: drawn
-- Two draws of customers, by hashes of their ids: to learn from, and to be judged by.
with customers as (
    select distinct profile_id from purchase_days
),

placed as (
    select
        profile_id,
        row_number() over (order by sample_place(profile_id, 'learning'), profile_id) as place_to_learn,
        row_number() over (order by sample_place(profile_id, 'judging'), profile_id) as place_to_judge
    from customers
)

select
    placed.profile_id,
    placed.place_to_learn <= parameters.learn_from as is_learnt_from,
    placed.place_to_judge <= parameters.judge_by as is_judged_by
from placed
cross join parameters
where placed.place_to_learn <= parameters.learn_from or placed.place_to_judge <= parameters.judge_by

-- name: learnt_days
select purchase_days.*
from purchase_days
join drawn on purchase_days.profile_id = drawn.profile_id
where drawn.is_learnt_from

-- name: judged_days
select purchase_days.*
from purchase_days
join drawn on purchase_days.profile_id = drawn.profile_id
where drawn.is_judged_by

-- name: histories
with first_days as (
    select days.profile_id, min(days.ordered_on) as first_on, max(days.ordered_on) as last_on
    from purchase_days as days
    join cutoff on days.ordered_on <= cutoff.day
    group by days.profile_id
)

select
    days.profile_id,
    count(*) - 1 as repeats,
    any_value(first_days.last_on - first_days.first_on) as recency_days,
    any_value(cutoff.day - first_days.first_on) as age_days,
    coalesce(
        cast(sum(days.amount) filter (where days.ordered_on > first_days.first_on) as double)
        / nullif(count(*) - 1, 0), 0
    ) as mean_spend,
    cast(sum(days.amount) as double) as spent
from purchase_days as days
join first_days on days.profile_id = first_days.profile_id
join cutoff on days.ordered_on <= cutoff.day
group by days.profile_id

-- name: outcomes
select
    histories.profile_id,
    count(purchase_days.ordered_on) as purchases,
    cast(coalesce(sum(purchase_days.amount), 0) as double) as spent_later
from histories
cross join cutoff
cross join parameters
left join purchase_days
    on histories.profile_id = purchase_days.profile_id
    and purchase_days.ordered_on > cutoff.day
    and purchase_days.ordered_on <= cutoff.day + parameters.horizon_days
group by histories.profile_id
