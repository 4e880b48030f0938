-- name: paths
with numbered as (
    select
        *, row_number() over (partition by profile_id, journey_no order by occurred_at desc, touch_id desc) as place_from_end
    from journey_steps_taken
),

paths as (
    select profile_id, journey_no, string_agg(step, ' > ' order by occurred_at, touch_id) as path, count(*) as steps
    from numbered
    where place_from_end <= (select longest from journey)
    group by profile_id, journey_no
)

select
    (select day from run_days) as as_of_day,
    paths.path,
    any_value(paths.steps) as steps,
    count(*) as journeys,
    count(*) filter (where journeys.is_converted) as conversions,
    count(*) filter (where journeys.is_converted) / count(*) as conversion_rate,
    cast(sum(journeys.revenue) as decimal(18, 2)) as revenue,
    median(epoch(journeys.ended_at - journeys.began_at) / 86400.0) filter (where journeys.is_converted) as median_days
from paths
join journeys on paths.profile_id = journeys.profile_id and paths.journey_no = journeys.journey_no
group by paths.path

-- name: most
select path, conversions, journeys - conversions as others
from metrics.journey_paths
where as_of_day = (select max(as_of_day) from metrics.journey_paths)
order by journeys desc, path
limit 15
