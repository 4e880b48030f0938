-- name: figures
select 'person records' as figure, count(*) as value from unified.person_records
union all
select 'profiles', count(*) from profile.profiles
union all
select 'touches in the timeline', count(*) from profile.timeline
union all
select 'files read', count(*) from quality.extracts where extract_date in (select day from period)
union all
select 'lines quarantined', count(distinct (file, line)) from quality.quarantine
where not row_loaded and extract_date in (select day from period)
union all
select 'values set to null', count(*) from quality.quarantine
where row_loaded and reason <> 'placeholder_value' and extract_date in (select day from period)
union all
select 'placeholders set to null', count(*) from quality.quarantine
where reason = 'placeholder_value' and extract_date in (select day from period)
union all
select 'pairs to review', count(*) from identity.review_queue

-- name: delivered
select distinct source || '.' || source_table as delivered
from quality.extracts
where extract_date in (select day from period)

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
    deliveries.added,
    deliveries.removed,
    deliveries.refused_no_consent,
    deliveries.refused_no_contact + deliveries.refused_invalid_contact + deliveries.refused_suppressed + deliveries.refused_contact_cap as refused_else,
    deliveries.folder
from activation.deliveries as deliveries
join run_days on deliveries.as_of_day = run_days.day
order by deliveries.destination
