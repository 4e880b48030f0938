-- name: reach
with points as (
    select
        profiles.profile_id,
        max(case when points.kind = 'email' then points.value end) as email,
        max(case when points.kind = 'phone' then points.value end) as phone
    from profile.profiles as profiles
    join profile.profile_contact_points as points
        on profiles.profile_id = points.profile_id
        and points.status in ('verified', 'unproved')
        and points.value = case points.kind when 'email' then profiles.email when 'phone' then profiles.phone end
    group by profiles.profile_id
),

emails as (select sha256 from suppressions where kind = 'email'),

phones as (select sha256 from suppressions where kind = 'phone')

select
    profiles.profile_id,
    points.email,
    points.phone,
    profiles.email is not null as has_email,
    profiles.phone is not null as has_phone,
    coalesce(
        sha256(profiles.email) in (select sha256 from emails) or sha256(mailbox(profiles.email)) in (select sha256 from emails), false
    ) or coalesce(sha256(profiles.phone) in (select sha256 from phones), false) as is_suppressed,
    coalesce(profiles.is_pressed, false) as is_pressed
from profile.profiles as profiles
left join points on profiles.profile_id = points.profile_id

-- name: person
with consented as (
    select state.profile_id, max(state.decided_at) as consented_at
    from profile.consent_state as state
    join asked on state.channel = asked.channel
    join asked_purposes on state.purpose = asked_purposes.purpose
    group by state.profile_id
)

select
    profiles.profile_id,
    published_ids.published_id,
    profiles.given_name, profiles.family_name, profiles.birth_date, profiles.gender,
    reach.email,
    reach.phone,
    profiles.street, profiles.postcode, profiles.city, profiles.region, profiles.country, profiles.language,
    consented.consented_at
from audience
join asked on audience.destination = asked.destination
join profile.profiles as profiles on audience.profile_id = profiles.profile_id
join reach on audience.profile_id = reach.profile_id
join published_ids on audience.profile_id = published_ids.profile_id
left join consented on audience.profile_id = consented.profile_id
where audience.refusal is null

-- name: interests
with devices as (
    select device.profile_id, list_sort(list(distinct device.visitor_id)) as visitor_ids
    from identity.device_map as device
    cross join asked
    where device.until_at is null or device.until_at > asked.day
    group by device.profile_id
),

memberships as (
    select members.profile_id, list_sort(list(members.segment)) as segments
    from segments.segment_members as members
    join asked on members.as_of_day = asked.day
    join asked_segments on members.segment = asked_segments.segment
    group by members.profile_id
),

drawn as (
    select
        affinities.profile_id,
        map_from_entries(list({'key': affinities.category, 'value': round(affinities.affinity, 2)} order by affinities.category)) as affinities
    from metrics.category_affinities as affinities
    join asked on affinities.as_of_day = asked.day
    group by affinities.profile_id
),

foretold as (
    select scores.profile_id, scores.choice as next_category, scores.reasons as next_category_reasons
    from metrics.profile_scores as scores
    join asked on scores.as_of_day = asked.day
    where scores.model = 'next_category'
)

select
    person.profile_id,
    devices.visitor_ids,
    memberships.segments,
    drawn.affinities,
    foretold.next_category,
    foretold.next_category_reasons
from person
left join devices on person.profile_id = devices.profile_id
left join memberships on person.profile_id = memberships.profile_id
left join drawn on person.profile_id = drawn.profile_id
left join foretold on person.profile_id = foretold.profile_id

-- name: person_with_interests
select person.*, interests.* exclude (profile_id)
from person
join interests on person.profile_id = interests.profile_id
