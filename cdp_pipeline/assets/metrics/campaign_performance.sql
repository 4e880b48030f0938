-- name: journeys_taken
-- Repeated ones count once.
with named as (
    select journeys.is_converted, journeys.revenue, list_transform(journeys.touches, lambda touch : touch.step) as names
    from metrics.journeys as journeys
    join run_days on journeys.as_of_day = run_days.day
)

select
    named.is_converted, named.revenue,
    list_filter(named.names, lambda name, place : place = 1 or name <> named.names[place - 1]) as steps
from named

-- name: transitions
with went as (
    select
        unnest(list_transform(
            list_prepend('(start)', taken.steps),
            lambda name, place : {'step': name, 'next_step': coalesce(taken.steps[place], case when taken.is_converted then '(conversion)' else '(null)' end)}
        )) as pair
    from journeys_taken as taken
)

select went.pair.step, went.pair.next_step, count(*) as transitions
from went
group by went.pair.step, went.pair.next_step
order by went.pair.step, went.pair.next_step

-- name: attributed
with went as (
    select
        taken.is_converted, taken.revenue,
        unnest(list_transform(
            taken.steps, lambda name, place : {'name': name, 'is_first': place = 1, 'is_last': place = array_length(taken.steps)}
        )) as step
    from journeys_taken as taken
),

totals as (
    select count(*) filter (where is_converted) as conversions, sum(revenue) as revenue from journeys_taken
),

counted as (
    select
        went.step.name as touchpoint,
        count(*) as steps,
        count(*) filter (where went.step.is_first and went.is_converted) as first_touch_conversions,
        count(*) filter (where went.step.is_last and went.is_converted) as last_touch_conversions,
        coalesce(sum(went.revenue) filter (where went.step.is_first and went.is_converted), 0) as first_touch_revenue,
        coalesce(sum(went.revenue) filter (where went.step.is_last and went.is_converted), 0) as last_touch_revenue
    from went
    group by went.step.name
)

select
    (select day from run_days) as as_of_day,
    counted.touchpoint,
    counted.steps,
    counted.first_touch_conversions,
    counted.last_touch_conversions,
    removals.share * totals.conversions as markov_conversions,
    cast(counted.first_touch_revenue as decimal(18, 2)) as first_touch_revenue,
    cast(counted.last_touch_revenue as decimal(18, 2)) as last_touch_revenue,
    cast(removals.share * cast(totals.revenue as double) as decimal(18, 2)) as markov_revenue,
    removals.effect as removal_effect
from counted
join removals on counted.touchpoint = removals.step
cross join totals

-- name: best
select touchpoint, first_touch_conversions, last_touch_conversions, markov_conversions
from metrics.campaign_performance
where as_of_day = (select max(as_of_day) from metrics.campaign_performance)
order by markov_conversions desc, touchpoint
limit 15
