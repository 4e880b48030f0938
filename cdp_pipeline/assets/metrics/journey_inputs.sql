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
),

customers as (
    select distinct touches.profile_id from touches where touches.is_order
)

-- A journey ends with an order, which is its last touch; who ordered nothing is on one journey, which takes no sorting.
select
    touches.*,
    count(*) filter (where touches.is_order) over (
        partition by touches.profile_id order by touches.occurred_at, touches.touch_id rows between unbounded preceding and 1 preceding
    ) as journey_no
from touches
semi join customers on touches.profile_id = customers.profile_id
union all
select touches.*, 0 as journey_no
from touches
anti join customers on touches.profile_id = customers.profile_id

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
)

select changes.profile_id, changes.journey_no, changes.step, changes.occurred_at, changes.touch_id
from changes
join journeys on changes.profile_id = journeys.profile_id and changes.journey_no = journeys.journey_no
where changes.is_change
