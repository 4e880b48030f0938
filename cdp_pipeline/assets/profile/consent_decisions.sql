-- name: golden_points
select profile_id, attribute as kind, value
from profile.profile_attributes
where attribute in ('email', 'phone')

-- name: every_point
select profile_id, kind, value
from profile.profile_contact_points
where kind in ('email', 'phone')

-- name: decisions
with covering as (
    select
        member.profile_id,
        rules.channel,
        rules.purpose,
        points.value as contact_point,
        consents.record_id,
        consents.status,
        case when consents.contact_point is not null then 4
            else if(consents.channel is null, 0, 2) + if(consents.purpose is null, 0, 1) end as level,
        consents.decided_at,
        coalesce(consents.decided_at, timestamp '1900-01-01') as moment,
        consents.source,
        consents.proof,
        consents.lawful_basis,
        consents.double_opt_in_at,
        consents.expires_at
    from unified.consents as consents
    join identity.identity_map as member on consents.record_id = member.record_id
    join rules
        on coalesce(consents.channel, rules.channel) = rules.channel
        and coalesce(consents.purpose, rules.purpose) = rules.purpose
    left join points on member.profile_id = points.profile_id and rules.contact_point = points.kind
    where consents.contact_point is null or consents.contact_point = points.value
),

followed as (
    select
        covering.*,
        coalesce(
            status = 'granted' and moment <= max(moment) filter (where status = 'denied') over (
                partition by profile_id, channel, purpose, contact_point
            ),
            false
        ) as is_outlived
    from covering
    where status in ('granted', 'denied')
),

-- No grant outlives a denial of any level; of the rest the newest on the most specific level decides.
ranked as (
    select
        followed.*,
        row_number() over (
            partition by profile_id, channel, purpose, contact_point
            order by is_outlived, level desc, moment desc, status = 'denied' desc, record_id, source, proof
        ) as place
    from followed
)

select
    profile_id, channel, purpose, contact_point, place, record_id, status, level, is_outlived, decided_at, source, proof, lawful_basis,
    double_opt_in_at, expires_at
from ranked
