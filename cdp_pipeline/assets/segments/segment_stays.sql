with turns as (
    select
        segment,
        profile_id,
        change,
        as_of_day,
        min(as_of_day) filter (where change = 'left') over (
            partition by segment, profile_id order by as_of_day rows between 1 following and unbounded following
        ) as until_day,
        (select max(as_of_day) from segments.segment_changes) as last_day
    from segments.segment_changes
)

select
    segment,
    profile_id,
    as_of_day as entered_on,
    until_day as left_on,
    coalesce(until_day, last_day) - as_of_day as days
from turns
where change = 'entered'
