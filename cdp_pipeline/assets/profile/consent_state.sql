-- name: decided_for_profiles
select * from profile.consent_decisions

-- name: asked_of_profiles
select members.profile_id, rules.channel, rules.purpose, points.value as contact_point
from (select distinct profile_id from identity.identity_map) as members
cross join rules
left join points on members.profile_id = points.profile_id and rules.contact_point = points.kind

-- name: asked_of_points
select points.profile_id, rules.channel, rules.purpose, points.value as contact_point
from points
join rules on points.kind = rules.contact_point

-- name: state
with last_day as (
    select max(day) as day from run_days
),

born as (
    select profile_id, try_cast(value as date) as birth_date
    from profile.profile_attributes
    where attribute = 'birth_date'
),

refused as (
    select
        member.profile_id,
        max(consents.decided_at) filter (where consents.status = 'deceased') as deceased_at,
        max(consents.decided_at) filter (where consents.status = 'objected') as objected_at,
        bool_or(consents.status = 'deceased') as is_deceased,
        max_by(
            struct_pack(source := consents.source, proof := consents.proof),
            (consents.status = 'deceased', coalesce(consents.decided_at, timestamp '1900-01-01'), consents.record_id)
        ) as newest
    from unified.consents as consents
    join identity.identity_map as member on consents.record_id = member.record_id
    where consents.status in ('deceased', 'objected')
    group by member.profile_id
),

contrary as (
    select
        profile_id, channel, purpose, contact_point,
        max(place) as decisions,
        min(place) filter (where status = 'granted') as granted,
        min(place) filter (where status = 'denied') as denied
    from decisions
    group by profile_id, channel, purpose, contact_point
),

decided as (
    select decisive.*, contrary.decisions, overrode.source as overrode_source, overrode.decided_at as overrode_decided_at
    from decisions as decisive
    join contrary
        on decisive.profile_id = contrary.profile_id
        and decisive.channel = contrary.channel
        and decisive.purpose = contrary.purpose
        and decisive.contact_point is not distinct from contrary.contact_point
    left join decisions as overrode
        on contrary.profile_id = overrode.profile_id
        and contrary.channel = overrode.channel
        and contrary.purpose = overrode.purpose
        and contrary.contact_point is not distinct from overrode.contact_point
        and overrode.place = if(decisive.status = 'granted', contrary.denied, contrary.granted)
    where decisive.place = 1
),

ending as (
    select
        decided.*,
        coalesce(decided.expires_at, decided.decided_at + to_months(rules.expires_after_months)) as ends_at
    from decided
    join rules on decided.channel = rules.channel and decided.purpose = rules.purpose
),

judged as (
    select
        ending.* exclude (profile_id, channel, purpose, contact_point, lawful_basis),
        asked.profile_id,
        asked.contact_point,
        rules.* exclude (lawful_basis, contact_point),
        coalesce(ending.lawful_basis, rules.lawful_basis) as lawful_basis,
        refused.* exclude (profile_id),
        case
            when refused.is_deceased then 'deceased'
            when rules.is_marketing and refused.profile_id is not null then 'objection'
            when born.birth_date > last_day.day - to_years(rules.minimum_age) then 'minor'
            when ending.status is null then 'default'
            when ending.status = 'granted' and rules.needs_double_opt_in and ending.double_opt_in_at is null then 'unconfirmed'
            when ending.status = 'granted' and ending.ends_at < last_day.day then 'expired'
            else 'decision'
        end as reason
    from asked
    join rules on asked.channel = rules.channel and asked.purpose = rules.purpose
    cross join last_day
    left join born on asked.profile_id = born.profile_id
    left join refused on asked.profile_id = refused.profile_id
    left join ending
        on asked.profile_id = ending.profile_id
        and asked.channel = ending.channel
        and asked.purpose = ending.purpose
        and asked.contact_point is not distinct from ending.contact_point
)

select
    profile_id,
    channel,
    purpose,
    contact_point,
    case reason when 'decision' then status when 'default' then default_status else 'denied' end as status,
    reason,
    case reason when 'deceased' then deceased_at when 'objection' then objected_at else decided_at end as decided_at,
    if(reason in ('deceased', 'objection'), newest.source, source) as source,
    if(reason in ('deceased', 'objection'), newest.proof, proof) as proof,
    lawful_basis,
    case level when 4 then 'contact point' when 3 then 'channel and purpose' when 2 then 'channel'
        when 1 then 'purpose' when 0 then 'person' end as level,
    if(status = 'granted', cast(ends_at as date), null) as expires_on,
    overrode_source,
    overrode_decided_at,
    coalesce(decisions, 0) as decisions
from judged
