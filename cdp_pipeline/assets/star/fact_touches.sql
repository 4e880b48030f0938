select
    timeline.touch_id,
    timeline.record_id,
    timeline.profile_id,
    timeline.visitor_id,
    timeline.occurred_at,
    timeline.occurred_on as date_key,
    timeline.channel,
    timeline.event,
    products.sku,
    timeline.object_id,
    timeline.category,
    timeline.campaign_id,
    timeline.device,
    timeline.amount
from profile.timeline as timeline
left join unified.products as products on timeline.object_id = products.sku
