-- name: golden
select attribute, value, source, rule, disagreeing_records, cast(updated_at as date) as updated_on
from profile.profile_attributes
where profile_id = (select who from asked)
order by attribute

-- name: records
select records.record_id, records.full_name, records.email, records.phone, records.street, records.city
from identity.identity_map as member
join unified.person_records as records on member.record_id = records.record_id
where member.profile_id = (select who from asked)
order by records.record_id

-- name: contact_points
with allowed as (
    select contact_point, string_agg(channel || ' ' || purpose, ', ' order by channel, purpose) as pairs
    from profile.contact_point_consent
    where profile_id = (select who from asked) and status = 'granted'
    group by contact_point
)

select
    points.kind, points.value, points.place, points.status, cast(points.used_at as date) as used_on, points.source,
    points.records, case when points.kind in ('email', 'phone') then coalesce(allowed.pairs, 'nothing') end as allows
from profile.profile_contact_points as points
left join allowed on points.value = allowed.contact_point
where points.profile_id = (select who from asked)
order by points.kind, points.place

-- name: consents
select
    channel, purpose, status, reason, cast(decided_at as date) as decided_on, level, source, expires_on,
    overrode_source || ', ' || coalesce(cast(cast(overrode_decided_at as date) as varchar), 'undated') as overrode, decisions
from profile.consent_state
where profile_id = (select who from asked)
order by channel, purpose

-- name: segments
select segment, as_of_day
from segments.segment_members
where profile_id = (select who from asked)
qualify as_of_day = max(as_of_day) over ()
order by segment

-- name: timeline
select occurred_at, channel, event, case when event = 'order' then touch_id else object_id end as object_id, category, amount, device, attributed_by
from profile.timeline
where profile_id = (select who from asked)
order by occurred_at desc, touch_id
limit 25
