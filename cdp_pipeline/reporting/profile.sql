-- name: at_a_glance
select
    golden.records || ' records in ' || golden.sources || ' systems, since ' || cast(golden.first_seen_at as date) as known_by,
    round(100 * golden.confidence, 1) || ' % sure that they are one person' as sure,
    case when home.size > 1 then home.size || ' people: ' || home.rule else 'alone, as far as is known' end as household,
    case when metrics.frequency > 0
        then metrics.frequency || ' for ' || metrics.monetary_value || ', the last on ' || metrics.last_order_on else 'none' end as orders,
    coalesce(metrics.favourite_category, 'nothing yet') as mostly_buys,
    coalesce(golden.preferred_channel, 'nothing that is granted and works') as best_reached_by,
    golden.messages_lately || if(golden.is_pressed, ', enough for now', '') as messages_lately
from profile.profiles as golden
left join profile.households as home on golden.profile_id = home.profile_id
left join metrics.profile_metrics as metrics
    on golden.profile_id = metrics.profile_id
    and metrics.as_of_day = (select max(as_of_day) from metrics.profile_metrics)
where golden.profile_id = (select who from asked)

-- name: golden
select attribute, value, record_id, rule, disagreeing_records, cast(updated_at as date) as updated_on
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

-- name: decisions
select
    channel, purpose, place, status, cast(decided_at as date) as decided_on,
    case level when 4 then 'contact point' when 3 then 'channel and purpose' when 2 then 'channel' when 1 then 'purpose' else 'person' end as level,
    record_id, proof, if(is_outlived, 'a later denial ended it', '') as remark
from profile.consent_decisions
where profile_id = (select who from asked)
order by channel, purpose, place

-- name: segments
with newest as (
    select max(as_of_day) as day from metrics.profile_metrics
)

select members.segment, members.as_of_day, stays.entered_on, changes.reason
from segments.segment_members as members
join newest on members.as_of_day = newest.day
left join segments.segment_stays as stays
    on members.segment = stays.segment and members.profile_id = stays.profile_id and stays.left_on is null
left join segments.segment_changes as changes
    on stays.segment = changes.segment and stays.profile_id = changes.profile_id and stays.entered_on = changes.as_of_day
where members.profile_id = (select who from asked)
order by members.segment

-- name: foretold
select model, coalesce(choice || ', ', '') || round(score, 3) as foretold, decile, reasons
from metrics.profile_scores
where profile_id = (select who from asked) and as_of_day = (select max(as_of_day) from metrics.profile_metrics)
order by model

-- name: timeline
select occurred_at, channel, event, case when event = 'order' then touch_id else object_id end as object_id, category, amount, device, attributed_by
from profile.timeline
where profile_id = (select who from asked)
order by occurred_at desc, touch_id
limit 25
