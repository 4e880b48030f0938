-- name: day
select max(checked_on) from quality.check_results

-- name: counts
select
    count_if(passed or severity = 'info') as held,
    count_if(not passed and severity = 'warn') as warned,
    count_if(not passed and severity = 'block') as blocked,
    (select count(distinct (file, line)) from refused where not row_loaded) as quarantined,
    (select count(*) from refused where row_loaded) as nulled
from results

-- name: failed
select
    table_name, column_name as columns, severity, sentence, observed, rows, unexpected_rows as unexpected, sample, query, error
from results
where not passed
order by severity, table_name, sentence

-- name: sources
with named as (
    select *, split_part(split_part(table_name, '.', 2), '__', 1) as source
    from results
    where split_part(table_name, '.', 1) in ('raw', 'staging') and contains(table_name, '__')
),

lines as (
    select
        source,
        count(distinct (file, line)) filter (where not row_loaded) as quarantined,
        count(*) filter (where row_loaded) as nulled
    from refused
    group by source
)

select
    named.source,
    coalesce(any_value(files.files), 0) as files,
    coalesce(any_value(lines.quarantined), 0) as quarantined,
    coalesce(any_value(lines.nulled), 0) as nulled,
    count(*) filter (where named.passed) as held,
    count(*) filter (where not named.passed and named.severity = 'warn') as warned,
    count(*) filter (where not named.passed and named.severity = 'block') as blocked
from named
left join files on named.source = files.source
left join lines on named.source = lines.source
group by named.source
order by named.source

-- name: outcomes
select
    name, count_if(passed) as held, count_if(not passed and severity = 'warn') as warned,
    count_if(not passed and severity = 'block') as blocked
from named
group by name
order by name

-- name: reasons
select source, source_table, column_name, reason, min(remedy) as remedy, count(*) as lines
from refused
group by source, source_table, column_name, reason
order by lines desc, source, source_table, column_name, reason

-- name: trends
select table_name, column_name, measure, measured_on, value, least, greatest, is_unusual
from measured
order by table_name, column_name, measure, measured_on

-- name: results_of_day
select
    table_name, check_name, column_name, severity, dimension, sentence, passed, observed, rows, unexpected_rows, sample, query, error
from quality.check_results
where checked_on = (select day from page_day)

-- name: refused_of_day
select source, source_table, file, line, column_name, reason, remedy, row_loaded
from quality.quarantine
where extract_date = (select day from page_day)

-- name: files_of_day
select source, count(*) as files
from quality.extracts
where extract_date = (select day from page_day)
group by source

-- name: measured_of_day
with shown as (
    select distinct table_name, column_name, measure
    from quality.measures
    where measured_on = (select day from page_day)
        and (
            is_unusual or measure in ('rows', 'profiles', 'merged')
            or table_name in ('segments.segment_sizes', 'profile.consent_state')
        )
)

select
    measures.table_name, measures.column_name, measures.measure, measures.kind, measures.measured_on, measures.value,
    measures.least, measures.greatest, measures.is_unusual
from quality.measures as measures
join shown
    on measures.table_name = shown.table_name
    and measures.column_name = shown.column_name
    and measures.measure = shown.measure
where measures.measured_on <= (select day from page_day) and measures.measured_on > (select day from page_day) - 56
qualify
    row_number() over (partition by measures.table_name, measures.column_name, measures.measure order by measures.measured_on) > 1
    or measures.kind <> 'count'

-- name: evaluated
select table_name, check_name, passed, observed, rows, unexpected_rows, error from results order by table_name, check_name
