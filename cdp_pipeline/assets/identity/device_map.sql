with sign_ins as (
    -- Somebody whose record is gone, or not delivered yet, is somebody all the same: an unnamed one.
    select
        hits.visitor_id,
        hits.occurred_at,
        member.profile_id,
        coalesce(member.profile_id, hits.record_id) as person
    from unified.interactions as hits
    left join identity.identity_map as member on hits.record_id = member.record_id
    where hits.is_login and hits.visitor_id is not null and hits.record_id is not null
),

moments as (
    -- Two people at one moment: whose the device is then, nobody can tell.
    select
        visitor_id,
        occurred_at,
        case when count(distinct person) = 1 then max(profile_id) end as profile_id,
        case when count(distinct person) = 1 then max(person) else 'several' end as person
    from sign_ins
    group by visitor_id, occurred_at
),

changes as (
    select
        visitor_id,
        occurred_at,
        profile_id,
        person,
        lag(person) over (partition by visitor_id order by occurred_at) as person_before
    from moments
),

people as (
    select visitor_id, count(distinct person) as people
    from sign_ins
    group by visitor_id
),

intervals as (
    select
        changes.visitor_id,
        changes.occurred_at,
        changes.profile_id,
        changes.person_before is null and people.people = 1 as owns_the_past,
        lead(changes.occurred_at) over (partition by changes.visitor_id order by changes.occurred_at) as next_at
    from changes
    join people on changes.visitor_id = people.visitor_id
    join limits on people.people <= limits.most_people
    where changes.person_before is null or changes.person_before <> changes.person
),

owned as (
    select
        visitor_id,
        case when owns_the_past then timestamp '1900-01-01 00:00:00' else occurred_at end as from_at,
        coalesce(next_at, timestamp '2999-12-31 00:00:00') as until_at,
        profile_id
    from intervals
    union all
    select people.visitor_id, timestamp '1900-01-01 00:00:00', timestamp '2999-12-31 00:00:00', null
    from people
    join limits on people.people > limits.most_people
)

select visitor_id, from_at, until_at, profile_id from owned
