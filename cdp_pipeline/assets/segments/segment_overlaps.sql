-- Profiles that are in the same segments are counted together: a join of members with members would hold each pair.
with together as (
    select members.as_of_day, members.profile_id, list_sort(list(members.segment)) as segments
    from segments.segment_members as members
    join run_days on members.as_of_day = run_days.day
    group by members.as_of_day, members.profile_id
),

counted as (
    select as_of_day, segments, count(*) as members
    from together
    group by as_of_day, segments
),

held as (
    select counted.as_of_day, counted.segments, counted.members, unnest(counted.segments) as segment
    from counted
)

select
    a.as_of_day,
    a.segment as segment_a,
    b.segment as segment_b,
    cast(sum(a.members) as bigint) as members
from held as a
join held as b on a.as_of_day = b.as_of_day and a.segments = b.segments and a.segment < b.segment
group by a.as_of_day, a.segment, b.segment
