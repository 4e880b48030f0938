with touches as (
    select
        timeline.profile_id, timeline.occurred_at, timeline.campaign_id, timeline.amount,
        timeline.channel || ' ' || timeline.event as touchpoint, timeline.event = 'order' as is_order, events.place
    from profile.timeline as timeline
    join run_days on timeline.occurred_on <= run_days.day
    cross join parameters
    left join events on timeline.event = events.event
    where timeline.occurred_on > run_days.day - parameters.days
        and timeline.profile_id is not null and timeline.occurred_at is not null
        and (timeline.event = 'order' or events.event is not null)
),

customers as (
    select distinct touches.profile_id from touches where touches.is_order
),

-- A journey ends with an order, which is its last touch; who ordered nothing is on one journey, which takes no sorting.
numbered as (
    select
        touches.*,
        count(*) filter (where touches.is_order) over (
            partition by touches.profile_id order by touches.occurred_at, touches.is_order, touches.amount rows between unbounded preceding and 1 preceding
        ) as journey_no
    from touches
    semi join customers on touches.profile_id = customers.profile_id
    union all
    select touches.*, 0 as journey_no
    from touches
    anti join customers on touches.profile_id = customers.profile_id
)

-- Structs are sorted by their fields, one after another: of one moment, what comes first on the way.
select
    (select day from run_days) as as_of_day,
    numbered.profile_id,
    numbered.journey_no,
    min(numbered.occurred_at) as began_at,
    max(numbered.occurred_at) as ended_at,
    bool_or(numbered.is_order) as is_converted,
    cast(coalesce(sum(numbered.amount) filter (where numbered.is_order), 0) as decimal(18, 2)) as revenue,
    list_sort(list({
        'occurred_at': numbered.occurred_at,
        'place': numbered.place,
        'touchpoint': numbered.touchpoint,
        'step': coalesce('campaign ' || numbered.campaign_id, numbered.touchpoint)
    }) filter (where not numbered.is_order)) as touches
from numbered
group by numbered.profile_id, numbered.journey_no
having count(*) filter (where not numbered.is_order) > 0
