with today as (
    select run_days.day as as_of_day, members.segment, members.profile_id
    from run_days
    join segments.segment_members as members on members.as_of_day = run_days.day
),

before as (
    select run_days.day as as_of_day, members.segment, members.profile_id
    from run_days
    join segments.segment_members as members on members.as_of_day = run_days.day - 1
),

compared as (
    select
        coalesce(today.as_of_day, before.as_of_day) as as_of_day,
        coalesce(today.segment, before.segment) as segment,
        coalesce(today.profile_id, before.profile_id) as profile_id,
        case when before.profile_id is null then 'entered' when today.profile_id is null then 'left' end as change
    from today
    full join before
        on today.as_of_day = before.as_of_day
        and today.segment = before.segment
        and today.profile_id = before.profile_id
)

select as_of_day, segment, profile_id, change
from compared
where change is not null
