with told as (
    select source, count(*) as touches from unified.interactions group by source
    union all
    select source, count(*) from unified.orders group by source
    union all
    select lines.source, count(*)
    from unified.order_lines as lines
    join unified.orders as orders on lines.order_id = orders.order_id
    group by lines.source
    union all
    select source, count(*) from unified.service_cases group by source
),

of_sources as (
    select source, cast(sum(touches) as bigint) as touches from told group by source
),

of_timeline as (
    select source, count(*) as touches from profile.timeline group by source
)

select
    coalesce(of_sources.source, of_timeline.source) as source, of_sources.touches as in_sources,
    of_timeline.touches as in_timeline
from of_sources
full join of_timeline on of_sources.source = of_timeline.source
where of_sources.touches is distinct from of_timeline.touches
