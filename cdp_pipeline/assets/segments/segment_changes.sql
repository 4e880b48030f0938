-- name: day_before
select max(members.as_of_day) as day
from segments.segment_members as members
where members.as_of_day < (select day from run_days)

-- name: definitions_before
select sizes.segment, sizes.definition
from segments.segment_sizes as sizes
where sizes.as_of_day = (select day from day_before)

-- name: first_day
select members.as_of_day, members.segment, members.profile_id, 'entered' as change, 'the first day' as reason
from segments.segment_members as members
join run_days on members.as_of_day = run_days.day

-- name: turned
with today as (
    select members.segment, members.profile_id
    from segments.segment_members as members
    join run_days on members.as_of_day = run_days.day
),

before as (
    select members.segment, members.profile_id
    from segments.segment_members as members
    join day_before on members.as_of_day = day_before.day
)

select
    (select day from run_days) as as_of_day,
    coalesce(today.segment, before.segment) as segment,
    coalesce(today.profile_id, before.profile_id) as profile_id,
    case when before.profile_id is null then 'entered' else 'left' end as change
from today
full join before on today.segment = before.segment and today.profile_id = before.profile_id
where today.profile_id is null or before.profile_id is null

-- name: changes
with compared as (
    select turned.segment, turned.profile_id, now.place, now.holds as holds_now, was.holds as held_before
    from turned
    join truths as now
        on turned.segment = now.segment and turned.profile_id = now.profile_id and now.as_of_day = turned.as_of_day
    left join truths as was
        on turned.segment = was.segment and turned.profile_id = was.profile_id
        and was.as_of_day = (select day from day_before) and now.place = was.place
),

reasons as (
    select
        compared.segment,
        compared.profile_id,
        bool_or(compared.held_before is null) as is_new,
        string_agg(
            case when compared.holds_now then 'now: ' else 'no longer: ' end || readings.reading, '; ' order by readings.place
        ) filter (where compared.holds_now <> compared.held_before) as reason
    from compared
    join readings on compared.segment = readings.segment and compared.place = readings.place
    group by compared.segment, compared.profile_id
)

select
    turned.as_of_day,
    turned.segment,
    turned.profile_id,
    turned.change,
    case
        when reasons.profile_id is null and turned.change = 'left' and turned.profile_id not in (select profile_id from profile.profiles)
            then 'the profile is gone'
        when definitions_before.segment is null then 'the segment is new'
        when definitions_before.definition <> definitions.definition then 'the segment was changed'
        when reasons.is_new then 'the profile is new'
        else reasons.reason
    end as reason
from turned
left join definitions on turned.segment = definitions.segment
left join definitions_before on turned.segment = definitions_before.segment
left join reasons on turned.segment = reasons.segment and turned.profile_id = reasons.profile_id
