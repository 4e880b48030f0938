with profiles as (
    select distinct profile_id from identity.identity_map
),

decided as (
    select
        member.profile_id,
        consents.channel,
        consents.purpose,
        max_by(
            struct_pack(status := consents.status, source := consents.source, proof := consents.proof),
            (consents.decided_at, consents.status = 'denied', consents.record_id)
        ) as newest,
        max(consents.decided_at) as decided_at,
        count(*) as decisions
    from unified.consents as consents
    join identity.identity_map as member on consents.record_id = member.record_id
    group by member.profile_id, consents.channel, consents.purpose
),

joined as (
    select
        profiles.profile_id,
        rules.channel,
        rules.purpose,
        rules.lawful_basis,
        rules.default_status,
        decided.newest.status as status,
        decided.decided_at,
        decided.newest.source as source,
        decided.newest.proof as proof,
        coalesce(decided.decisions, 0) as decisions,
        decided.newest.status = 'granted' and rules.expires_after_months is not null
            and decided.decided_at < last_day.day - to_months(rules.expires_after_months) as is_expired
    from profiles
    cross join rules
    cross join (select max(day) as day from run_days) as last_day
    left join decided
        on profiles.profile_id = decided.profile_id
        and rules.channel = decided.channel
        and rules.purpose = decided.purpose
)

select
    profile_id,
    channel,
    purpose,
    case when is_expired then 'denied' else coalesce(status, default_status) end as status,
    case when is_expired then 'expired' when status is not null then 'decision' else 'default' end as reason,
    decided_at,
    source,
    proof,
    lawful_basis,
    decisions
from joined
