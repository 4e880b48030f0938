with held as (
    select
        member.profile_id,
        points.kind,
        points.value,
        count(*) as records,
        count(distinct points.source) as sources,
        max(points.updated_at) as last_changed_at
    from unified.contact_points as points
    join identity.identity_map as member on points.record_id = member.record_id
    group by member.profile_id, points.kind, points.value
)

select
    profile_id,
    kind,
    value,
    row_number() over (
        partition by profile_id, kind
        order by sources desc, last_changed_at desc nulls last, records desc, value
    ) as place,
    records,
    sources,
    last_changed_at
from held
