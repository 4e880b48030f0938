with told as (
    select source, interaction_id as touch_id from unified.interactions
    union all
    select source, order_id from unified.orders
    union all
    select lines.source, lines.order_id || '/' || lines.line_no
    from unified.order_lines as lines
    join unified.orders as orders on lines.order_id = orders.order_id
    union all
    select source, case_id from unified.service_cases
),

of_sources as (
    select source, count(*) as touches, sum(hash(touch_id)) as digest from told group by source
),

of_timeline as (
    select source, count(*) as touches, sum(hash(touch_id)) as digest from profile.timeline group by source
)

select
    coalesce(of_sources.source, of_timeline.source) as source, of_sources.touches as in_sources,
    of_timeline.touches as in_timeline
from of_sources
full join of_timeline on of_sources.source = of_timeline.source
where of_sources.touches is distinct from of_timeline.touches or of_sources.digest is distinct from of_timeline.digest
