select
    a.as_of_day,
    a.segment as segment_a,
    b.segment as segment_b,
    count(*) as members
from segments.segment_members as a
join segments.segment_members as b
    on a.as_of_day = b.as_of_day
    and a.profile_id = b.profile_id
    and a.segment < b.segment
join run_days on a.as_of_day = run_days.day
group by a.as_of_day, a.segment, b.segment
