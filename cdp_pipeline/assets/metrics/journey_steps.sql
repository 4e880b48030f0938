-- Repeated ones count once.
with taken as (
    select
        journeys.as_of_day, journeys.is_converted, journeys.ended_at,
        list_filter(
            journeys.touches, lambda touch, place : place = 1 or touch.touchpoint <> journeys.touches[place - 1].touchpoint
        ) as steps
    from metrics.journeys as journeys
    join run_days on journeys.as_of_day = run_days.day
),

followed as (
    select
        taken.as_of_day, taken.is_converted, taken.ended_at,
        unnest(list_transform(
            taken.steps, lambda touch, place : {'made': touch, 'next': taken.steps[place + 1]}
        )) as step
    from taken
),

ended as (
    select
        followed.as_of_day,
        followed.step.made.touchpoint as step,
        case
            when followed.step.next is not null then followed.step.next.touchpoint
            when followed.is_converted then 'purchase'
            else 'nothing'
        end as next_step,
        followed.step.made.occurred_at as made_at,
        case when followed.step.next is not null then followed.step.next.occurred_at when followed.is_converted then followed.ended_at end as next_at
    from followed
)

select
    as_of_day,
    step,
    next_step,
    count(*) as transitions,
    count(*) / sum(count(*)) over (partition by as_of_day, step) as share,
    median(epoch(next_at - made_at) / 3600.0) as median_hours
from ended
group by as_of_day, step, next_step
