with ordered as (
    select orders.*, member.profile_id
    from unified.orders as orders
    left join identity.identity_map as member on orders.record_id = member.record_id
),

touches as (
    select
        touch.*,
        coalesce(member.profile_id, device.profile_id) as profile_id,
        case when member.profile_id is not null then 'record' when device.profile_id is not null then 'device' end as attributed_by
    from unified.interactions as touch
    left join identity.identity_map as member on touch.record_id = member.record_id
    left join identity.device_map as device
        on touch.visitor_id = device.visitor_id
        and touch.occurred_at >= device.from_at
        and touch.occurred_at < device.until_at
)

select
    interaction_id as touch_id, profile_id, visitor_id, occurred_at, occurred_on, channel, event, object_id, category,
    campaign_id, cast(null as decimal(18, 2)) as amount, device, attributed_by, source
from touches
union all
select
    order_id, profile_id, null, ordered_at, ordered_on, channel, 'order', null, null,
    null, amount, null, case when profile_id is not null then 'record' end, source
from ordered
union all
select
    ordered.order_id || '/' || lines.line_no, ordered.profile_id, null, ordered.ordered_at, ordered.ordered_on, ordered.channel, 'bought',
    lines.sku, products.category, null, lines.amount, null, case when ordered.profile_id is not null then 'record' end, lines.source
from unified.order_lines as lines
join ordered on lines.order_id = ordered.order_id
left join unified.products as products on lines.sku = products.sku
union all
select
    cases.case_id, member.profile_id, null, cases.opened_at, cases.opened_on, 'service', 'case', cases.subject, null,
    null, null, null, case when member.profile_id is not null then 'record' end, cases.source
from unified.service_cases as cases
left join identity.identity_map as member on cases.record_id = member.record_id
