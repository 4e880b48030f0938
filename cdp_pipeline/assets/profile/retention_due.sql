with last_day as (
    select max(day) as day from run_days
),

touched as (
    select profile_id, max(occurred_on) as last_on, bool_or(event = 'order') as has_ordered
    from profile.timeline
    where profile_id is not null and event not in (select event from passive)
    group by profile_id
),

collected as (
    select member.profile_id, cast(max(r.created_at) as date) as last_on
    from identity.identity_map as member
    join unified.person_records as r on member.record_id = r.record_id
    group by member.profile_id
),

decided as (
    select profile_id, cast(max(decided_at) as date) as last_on
    from profile.consent_decisions
    group by profile_id
),

lived as (
    select
        collected.profile_id,
        case when coalesce(touched.has_ordered, false) then 'customers' else 'prospects' end as kind,
        greatest(collected.last_on, touched.last_on, decided.last_on) as last_act_on
    from collected
    left join touched on collected.profile_id = touched.profile_id
    left join decided on collected.profile_id = decided.profile_id
),

due as (
    select
        lived.profile_id,
        lived.kind,
        lived.last_act_on,
        cast(lived.last_act_on + to_months(kept.months) as date) as due_on,
        kept.action
    from lived
    join kept on lived.kind = kept.kind
)

select due.*
from due
cross join last_day
where due.due_on <= last_day.day
