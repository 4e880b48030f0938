-- name: touches
with ordered as (
    select order_id, record_id, ordered_at, ordered_on, channel, amount, source from unified.orders
)

select
    touch.interaction_id as touch_id, touch.record_id, touch.visitor_id, touch.occurred_at, touch.occurred_on, touch.channel,
    touch.event, touch.object_id, coalesce(touch.category, products.category) as category, products.audience, touch.campaign_id,
    cast(null as decimal(18, 2)) as amount, touch.device, touch.source
from unified.interactions as touch
left join unified.products as products on touch.object_id = products.sku
union all
select
    order_id, record_id, null, ordered_at, ordered_on, channel,
    case when amount < 0 then 'refunded' else 'order' end, null, null, null,
    null, amount, null, source
from ordered
union all
select
    ordered.order_id || '/' || lines.line_no, ordered.record_id, null, ordered.ordered_at, ordered.ordered_on, ordered.channel,
    case when lines.quantity < 0 then 'returned' else 'bought' end, lines.sku, products.category, products.audience,
    null, lines.amount, null, lines.source
from unified.order_lines as lines
join ordered on lines.order_id = ordered.order_id
left join unified.products as products on lines.sku = products.sku
union all
select
    case_id, record_id, null, opened_at, opened_on, 'service', 'case', subject, null, null,
    null, null, null, source
from unified.service_cases

-- name: standing
select * rename (profile_id as held_by, attributed_by as held_as) from profile.timeline

-- name: timeline
with attributed as (
    select
        touches.*,
        coalesce(member.profile_id, device.profile_id) as profile_id,
        case when member.profile_id is not null then 'record' when device.profile_id is not null then 'device' end as attributed_by
    from touches
    left join identity.identity_map as member on touches.record_id = member.record_id
    left join identity.device_map as device
        on touches.visitor_id = device.visitor_id
        and touches.occurred_at >= device.from_at
        and touches.occurred_at < device.until_at
)

select
    touch_id, record_id, profile_id, visitor_id, occurred_at, occurred_on, channel, event, object_id, category, audience,
    campaign_id, amount, device, attributed_by, source
from attributed

-- name: number
select count(*) from touches

-- name: days
select
    occurred_on as day,
    count(*) as touches,
    sum(hash(
        touch_id, record_id, visitor_id, occurred_at, channel, event, object_id, category, audience, campaign_id, amount, device, source
    )) as digest
from touches
group by occurred_on

-- name: changed_days
select coalesce(now.day, was.day) as day, coalesce(now.touches, 0) as touches
from days_now as now
full join days_before as was on now.day is not distinct from was.day
where now.digest is distinct from was.digest
order by day nulls first
