-- name: figures
select 'person records' as figure, count(*) as value from unified.person_records
union all
select 'profiles', count(*) from profile.profiles
union all
select 'touches in the timeline', count(*) from profile.timeline
union all
select 'lines quarantined', count(*) from quality.quarantine where not row_loaded
union all
select 'values set to null', count(*) from quality.quarantine where row_loaded
union all
select 'pairs to review', count(*) from identity.review_queue

-- name: segments
select sizes.segment, sizes.members, sizes.entered, sizes.left_since
from segments.segment_sizes as sizes
join run_days on sizes.as_of_day = run_days.day
order by sizes.segment

-- name: deliveries
select
    deliveries.destination,
    deliveries.status,
    deliveries.members,
    deliveries.refused_no_consent,
    deliveries.refused_no_contact,
    deliveries.refused_suppressed,
    deliveries.file
from activation.deliveries as deliveries
join run_days on deliveries.as_of_day = run_days.day
order by deliveries.destination
