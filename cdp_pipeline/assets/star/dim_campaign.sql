with categories as (
    select campaign_id, category, count(*) as touches
    from profile.timeline
    where campaign_id is not null
    group by campaign_id, category
),

commonest as (
    select campaign_id, max_by(category, (touches, category)) as category
    from categories
    where category is not null
    group by campaign_id
)

select
    timeline.campaign_id,
    any_value(commonest.category) as category,
    min(timeline.occurred_on) as first_touch_on,
    max(timeline.occurred_on) as last_touch_on,
    count(*) filter (where timeline.event = 'sent') as sent,
    count(distinct timeline.profile_id) filter (where timeline.event = 'sent') as profiles_reached
from profile.timeline as timeline
left join commonest on timeline.campaign_id = commonest.campaign_id
where timeline.campaign_id is not null
group by timeline.campaign_id
