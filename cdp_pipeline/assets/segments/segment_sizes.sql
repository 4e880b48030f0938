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
),

profiles as (
    select metrics.as_of_day, count(*) as profiles
    from metrics.profile_metrics as metrics
    join run_days on metrics.as_of_day = run_days.day
    group by metrics.as_of_day
)

select
    run_days.day as as_of_day,
    segments.segment,
    coalesce(counted.members, 0) as members,
    coalesce(counted.members, 0) / nullif(profiles.profiles, 0) as share,
    coalesce(changed.entered, 0) as entered,
    coalesce(changed.left_since, 0) as left_since,
    coalesce(counted.members, 0) >= segments.smallest
        and (segments.largest is null or coalesce(counted.members, 0) <= segments.largest) as is_expected,
    segments.definition
from run_days
cross join segments
left join counted on run_days.day = counted.as_of_day and segments.segment = counted.segment
left join changed on run_days.day = changed.as_of_day and segments.segment = changed.segment
left join profiles on run_days.day = profiles.as_of_day
