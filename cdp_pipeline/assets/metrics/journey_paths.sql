-- name: paths
with named as (
    select
        journeys.*, list_transform(journeys.touches, lambda touch : touch.touchpoint) as touchpoints
    from metrics.journeys as journeys
    join run_days on journeys.as_of_day = run_days.day
),

-- Repeated ones count once.
taken as (
    select
        named.*, list_filter(named.touchpoints, lambda touchpoint, place : place = 1 or touchpoint <> named.touchpoints[place - 1]) as steps
    from named
),

paths as (
    select
        taken.as_of_day, taken.is_converted, taken.revenue, taken.began_at, taken.ended_at,
        taken.steps[greatest(array_length(taken.steps) - parameters.longest + 1, 1):] as steps
    from taken
    cross join parameters
)

select
    paths.as_of_day,
    array_to_string(paths.steps, ' > ') as path,
    any_value(array_length(paths.steps)) as steps,
    count(*) as journeys,
    count(*) filter (where paths.is_converted) as conversions,
    count(*) filter (where paths.is_converted) / count(*) as conversion_rate,
    cast(sum(paths.revenue) as decimal(18, 2)) as revenue,
    median(epoch(paths.ended_at - paths.began_at) / 86400.0) filter (where paths.is_converted) as median_days
from paths
group by paths.as_of_day, array_to_string(paths.steps, ' > ')

-- name: most
select path, conversions, journeys - conversions as others
from metrics.journey_paths
where as_of_day = (select max(as_of_day) from metrics.journey_paths)
order by journeys desc, path
limit 15
