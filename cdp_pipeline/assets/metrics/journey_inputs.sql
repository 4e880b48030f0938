-- name: journey_touches
with touches as (
    select
        timeline.profile_id, timeline.touch_id, timeline.occurred_at, timeline.campaign_id, timeline.amount,
        timeline.channel || ' ' || timeline.event as touchpoint, timeline.event = 'order' as is_order
    from profile.timeline as timeline
    join run_days on timeline.occurred_on <= run_days.day
    join journey on timeline.occurred_on > run_days.day - journey.days
    where timeline.profile_id is not null and timeline.occurred_at is not null
        and (timeline.event = 'order' or timeline.event in (select event from journey_events))
)

select
    *,
    -- a journey ends with an order, which is its last touch
    count(*) filter (where is_order) over (
        partition by profile_id order by occurred_at, touch_id rows between unbounded preceding and 1 preceding
    ) as journey_no
from touches

-- name: journeys
select
    profile_id,
    journey_no,
    bool_or(is_order) as is_converted,
    coalesce(sum(amount) filter (where is_order), 0) as revenue,
    min(occurred_at) as began_at,
    max(occurred_at) as ended_at
from journey_touches
group by profile_id, journey_no
having count(*) filter (where not is_order) > 0

-- name: journey_steps_taken
with named as (
    select
        touches.profile_id, touches.journey_no, touches.occurred_at, touches.touch_id,
        case when touches.campaign_id is not null and (select by_campaign from journey) then 'campaign ' || touches.campaign_id else touches.touchpoint end as step
    from journey_touches as touches
    where not touches.is_order
),

changes as (
    select
        *, step is distinct from lag(step) over (partition by profile_id, journey_no order by occurred_at, touch_id) as is_change
    from named
),

numbered as (
    select
        *, row_number() over (partition by profile_id, journey_no order by occurred_at desc, touch_id desc) as place_from_end
    from changes
    where is_change
)

select numbered.profile_id, numbered.journey_no, numbered.step, numbered.occurred_at, numbered.touch_id, numbered.place_from_end
from numbered
join journeys on numbered.profile_id = journeys.profile_id and numbered.journey_no = journeys.journey_no
