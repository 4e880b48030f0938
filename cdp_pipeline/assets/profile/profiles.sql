select
    member.profile_id,
    count(*) as records,
    count(distinct r.source) as sources,
    min(r.created_at) as first_seen_at,
    max(coalesce(r.updated_at, r.created_at)) as last_changed_at
from identity.identity_map as member
join unified.person_records as r on member.record_id = r.record_id
group by member.profile_id
