-- name: transitions
with placed as (
    select
        profile_id, journey_no, step,
        lead(step) over (partition by profile_id, journey_no order by occurred_at, touch_id) as next_step,
        row_number() over (partition by profile_id, journey_no order by occurred_at, touch_id) as place
    from journey_steps_taken
),

all_transitions as (
    select '(start)' as step, step as next_step from placed where place = 1
    union all
    select
        placed.step,
        case when placed.next_step is not null then placed.next_step when journeys.is_converted then '(conversion)' else '(null)' end
    from placed
    join journeys on placed.profile_id = journeys.profile_id and placed.journey_no = journeys.journey_no
)

select step, next_step, count(*) as transitions
from all_transitions
group by step, next_step
order by step, next_step

-- name: attributed
with ranked as (
    select
        steps.step, journeys.is_converted, journeys.revenue,
        lag(steps.touch_id) over (partition by steps.profile_id, steps.journey_no order by steps.occurred_at, steps.touch_id) is null as is_first,
        lead(steps.touch_id) over (partition by steps.profile_id, steps.journey_no order by steps.occurred_at, steps.touch_id) is null as is_last
    from journey_steps_taken as steps
    join journeys on steps.profile_id = journeys.profile_id and steps.journey_no = journeys.journey_no
),

totals as (
    select count(*) filter (where is_converted) as conversions, sum(revenue) as revenue from journeys
),

counted as (
    select
        step,
        count(*) as steps,
        count(*) filter (where is_first and is_converted) as first_touch_conversions,
        count(*) filter (where is_last and is_converted) as last_touch_conversions,
        coalesce(sum(revenue) filter (where is_first and is_converted), 0) as first_touch_revenue,
        coalesce(sum(revenue) filter (where is_last and is_converted), 0) as last_touch_revenue
    from ranked
    group by step
)

select
    (select day from run_days) as as_of_day,
    counted.step as touchpoint,
    counted.steps,
    counted.first_touch_conversions,
    counted.last_touch_conversions,
    removals.share * totals.conversions as markov_conversions,
    cast(counted.first_touch_revenue as decimal(18, 2)) as first_touch_revenue,
    cast(counted.last_touch_revenue as decimal(18, 2)) as last_touch_revenue,
    cast(removals.share * cast(totals.revenue as double) as decimal(18, 2)) as markov_revenue,
    removals.effect as removal_effect
from counted
join removals on counted.step = removals.step
cross join totals

-- name: best
select touchpoint, first_touch_conversions, last_touch_conversions, markov_conversions
from metrics.campaign_performance
where as_of_day = (select max(as_of_day) from metrics.campaign_performance)
order by markov_conversions desc, touchpoint
limit 15
