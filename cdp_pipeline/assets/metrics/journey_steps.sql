-- name: steps
with following as (
    select
        profile_id, journey_no, step, occurred_at,
        lead(step) over (partition by profile_id, journey_no order by occurred_at, touch_id) as next_step,
        lead(occurred_at) over (partition by profile_id, journey_no order by occurred_at, touch_id) as next_at
    from journey_steps_taken
),

ended as (
    select
        following.step,
        case
            when following.next_step is not null then following.next_step
            when journeys.is_converted then 'purchase'
            else 'nothing'
        end as next_step,
        case when following.next_step is not null then following.next_at when journeys.is_converted then journeys.ended_at end as next_at,
        following.occurred_at
    from following
    join journeys on following.profile_id = journeys.profile_id and following.journey_no = journeys.journey_no
)

select
    (select day from run_days) as as_of_day,
    step,
    next_step,
    count(*) as transitions,
    count(*) / sum(count(*)) over (partition by step) as share,
    median(epoch(next_at - occurred_at) / 3600.0) as median_hours
from ended
group by step, next_step
