-- name: newest
select max(as_of_day) from metrics.profile_metrics

-- name: size
select
    (select count(*) from members) as members,
    (select count(*) from metrics.profile_metrics where as_of_day = (select day from run_days)) as profiles

-- name: overlaps
with others as (
    select segment, profile_id from segments.segment_members where as_of_day = (select day from run_days)
),

sizes as (
    select segment, count(*) as members from others group by segment
)

select others.segment, count(*) as shared, max(sizes.members) as members
from others
join members on others.profile_id = members.profile_id
join sizes on others.segment = sizes.segment
where others.segment <> (select segment from previewed)
group by others.segment
order by shared desc, others.segment

-- name: reachable
select state.channel, state.purpose, count(*) as members
from profile.consent_state as state
join members on state.profile_id = members.profile_id
where state.status = 'granted'
group by state.channel, state.purpose
order by state.channel, state.purpose

-- name: before
select count(*) from segments.segment_members
where as_of_day = (select day from run_days) and segment = (select segment from previewed)
