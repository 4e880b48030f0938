select
    member.profile_id,
    any_value(sure.confidence) as confidence,
    any_value(sure.weakest_link) as weakest_link,
    any_value(sure.link_density) as link_density,
    any_value(sure.cut_links) as cut_links,
    any_value(preferences.preferred_channel) as preferred_channel,
    any_value(preferences.messages_lately) as messages_lately,
    any_value(preferences.is_pressed) as is_pressed,
    count(*) as records,
    count(distinct r.source) as sources,
    min(r.created_at) as first_seen_at,
    max(coalesce(r.updated_at, r.created_at)) as last_changed_at
from identity.identity_map as member
join unified.person_records as r on member.record_id = r.record_id
join identity.profile_confidence as sure on member.profile_id = sure.profile_id
join profile.contact_preferences as preferences on member.profile_id = preferences.profile_id
group by member.profile_id
