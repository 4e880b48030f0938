-- name: audiences
with as_of as (select max(day) as day from run_days),

candidates as (
    select distinct asked_segments.destination, members.profile_id
    from segments.segment_members as members
    join as_of on members.as_of_day = as_of.day
    join asked_segments on members.segment = asked_segments.segment
),

-- Everything that a destination asks for is granted, and still is on the morning after, when the delivery goes out.
allowed as (
    select asked_purposes.destination, state.profile_id
    from profile.consent_state as state
    join asked_purposes on state.channel = asked_purposes.channel and state.purpose = asked_purposes.purpose
    cross join as_of
    where state.status = 'granted' and (state.expires_on is null or state.expires_on > as_of.day + 1)
    group by asked_purposes.destination, state.profile_id, asked_purposes.purposes
    having count(distinct state.purpose) = asked_purposes.purposes
)

select
    as_of.day as as_of_day,
    candidates.destination,
    candidates.profile_id,
    case
        when allowed.profile_id is null then 'no_consent'
        when (terms.channel_kind = 'email' and not reach.has_email) or (terms.channel_kind = 'phone' and not reach.has_phone)
            or not (terms.by_other or (terms.by_email and reach.has_email) or (terms.by_phone and reach.has_phone))
            then 'no_contact'
        when (terms.channel_kind = 'email' and reach.email is null) or (terms.channel_kind = 'phone' and reach.phone is null)
            or not (
                terms.by_other or (terms.by_email and reach.email is not null) or (terms.by_phone and reach.phone is not null)
            ) then 'invalid_contact'
        when reach.is_suppressed then 'suppressed'
        when terms.has_cap and reach.is_pressed then 'contact_cap'
    end as refusal
from candidates
cross join as_of
join terms on candidates.destination = terms.destination
join reach on candidates.profile_id = reach.profile_id
left join allowed on candidates.destination = allowed.destination and candidates.profile_id = allowed.profile_id

-- name: refused
select refusal, count(*) as profiles
from activation.audiences
where refusal is not null
group by refusal
order by refusal
