with profiles as (
    select distinct profile_id from identity.identity_map
),

last_day as (
    select max(day) as day from run_days
),

sent as (
    select member.profile_id, count(*) as messages
    from unified.interactions as touch
    join identity.identity_map as member on touch.record_id = member.record_id
    cross join last_day
    join pressure on touch.event = pressure.event
    where touch.occurred_on > last_day.day - pressure.days and touch.occurred_on <= last_day.day
    group by member.profile_id
),

used as (
    select profile_id, kind, max(used_at) as used_at
    from profile.profile_contact_points
    where status in ('verified', 'unproved')
    group by profile_id, kind
),

preferred as (
    select state.profile_id, state.channel
    from profile.consent_state as state
    join channels on state.channel = channels.channel
    join used on state.profile_id = used.profile_id and channels.kind = used.kind
    where state.status = 'granted'
    qualify row_number() over (partition by state.profile_id order by used.used_at desc nulls last, channels.place) = 1
)

select
    profiles.profile_id,
    preferred.channel as preferred_channel,
    coalesce(sent.messages, 0) as messages_lately,
    coalesce(sent.messages, 0) >= caps.most_messages as is_pressed
from profiles
cross join caps
left join preferred on profiles.profile_id = preferred.profile_id
left join sent on profiles.profile_id = sent.profile_id
