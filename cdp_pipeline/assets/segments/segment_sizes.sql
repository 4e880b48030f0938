with changed as (
    select
        changes.as_of_day,
        changes.segment,
        count(*) filter (where changes.change = 'entered') as entered,
        count(*) filter (where changes.change = 'left') as left_since
    from segments.segment_changes as changes
    join run_days on changes.as_of_day = run_days.day
    group by changes.as_of_day, changes.segment
),

counted as (
    select members.as_of_day, members.segment, count(*) as members
    from segments.segment_members as members
    join run_days on members.as_of_day = run_days.day
    group by members.as_of_day, members.segment
)

select
    coalesce(counted.as_of_day, changed.as_of_day) as as_of_day,
    coalesce(counted.segment, changed.segment) as segment,
    coalesce(counted.members, 0) as members,
    coalesce(changed.entered, 0) as entered,
    coalesce(changed.left_since, 0) as left_since
from counted
full join changed on counted.as_of_day = changed.as_of_day and counted.segment = changed.segment
