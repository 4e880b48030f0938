with told as (
    select member.profile_id, events.kind,
        case events.kind when 'email' then r.email when 'phone' then r.phone end as value,
        max(touch.occurred_at) filter (where events.tells = 'lost') as lost_at,
        max(touch.occurred_at) filter (where events.tells = 'used') as used_at
    from unified.interactions as touch
    join events on touch.event = events.event and (touch.channel = events.kind or events.kind <> 'email')
    join identity.identity_map as member on touch.record_id = member.record_id
    join unified.person_records as r on touch.record_id = r.record_id
    group by all
),

held as (
    select
        member.profile_id,
        points.kind,
        points.value,
        count(distinct points.record_id) as records,
        count(distinct points.source) as sources,
        max_by(points.source, (coalesce(points.updated_at, timestamp '1900-01-01'), points.source)) as source,
        max_by(points.status, (coalesce(points.updated_at, timestamp '1900-01-01'), points.record_id))
            filter (where points.status is not null) as declared,
        max(points.updated_at) as last_changed_at
    from unified.contact_points as points
    join identity.identity_map as member on points.record_id = member.record_id
    group by member.profile_id, points.kind, points.value
),

judged as (
    select
        held.*,
        told.used_at,
        case
            when told.lost_at > coalesce(told.used_at, timestamp '1900-01-01') then if(held.kind = 'email', 'bounced', 'unreachable')
            when held.declared in ('bounced', 'unreachable') and told.used_at is null then held.declared
            when told.used_at is not null or held.declared = 'verified' then 'verified'
            else 'unproved'
        end as status
    from held
    left join told on held.profile_id = told.profile_id and held.kind = told.kind and held.value = told.value
)

select
    profile_id,
    kind,
    value,
    row_number() over (
        partition by profile_id, kind
        order by
            case status when 'verified' then 0 when 'unproved' then 1 else 2 end,
            used_at desc nulls last, sources desc, last_changed_at desc nulls last, records desc, value
    ) as place,
    status,
    source,
    used_at,
    records,
    sources,
    last_changed_at
from judged
