-- Profiles that are in the same segments are counted together: a join of members with members would hold each pair.
-- Lists of numbers are grouped in half the time of lists of names.
with numbered as (
    select
        present.segment,
        cast(row_number() over (order by present.segment) as integer) as number
    from (
        select distinct members.segment
        from segments.segment_members as members
        join run_days on members.as_of_day = run_days.day
    ) as present
),

together as (
    select members.as_of_day, members.profile_id, list_sort(list(numbered.number)) as numbers
    from segments.segment_members as members
    join run_days on members.as_of_day = run_days.day
    join numbered on members.segment = numbered.segment
    group by members.as_of_day, members.profile_id
),

counted as (
    select as_of_day, numbers, count(*) as members
    from together
    group by as_of_day, numbers
),

held as (
    select counted.as_of_day, counted.numbers, counted.members, unnest(counted.numbers) as number
    from counted
)

select
    a.as_of_day,
    segment_a.segment as segment_a,
    segment_b.segment as segment_b,
    cast(sum(a.members) as bigint) as members
from held as a
join held as b on a.as_of_day = b.as_of_day and a.numbers = b.numbers and a.number < b.number
join numbered as segment_a on a.number = segment_a.number
join numbered as segment_b on b.number = segment_b.number
group by a.as_of_day, segment_a.segment, segment_b.segment
