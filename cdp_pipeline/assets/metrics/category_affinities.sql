with touches as (
    select
        run_days.day as as_of_day,
        timeline.profile_id,
        timeline.category,
        -- as decimals, whose sum is the same in any order
        cast(weights.weight * power(0.5, (run_days.day - timeline.occurred_on) / parameters.half_life_days) as decimal(18, 9)) as weight
    from profile.timeline as timeline
    join weights on timeline.event = weights.event
    join run_days on timeline.occurred_on <= run_days.day
    cross join parameters
    where timeline.profile_id is not null and timeline.category is not null
),

weighed as (
    select as_of_day, profile_id, category, count(*) as touches, sum(weight) as weight
    from touches
    group by as_of_day, profile_id, category
),

popular as (
    select as_of_day, category, sum(weight) / nullif(sum(sum(weight)) over (partition by as_of_day), 0) as popularity
    from weighed
    group by as_of_day, category
),

smoothed as (
    select
        weighed.as_of_day,
        weighed.profile_id,
        weighed.category,
        weighed.touches,
        (weighed.weight + parameters.smoothing * coalesce(popular.popularity, 0))
            / (sum(weighed.weight) over (partition by weighed.as_of_day, weighed.profile_id) + parameters.smoothing) as affinity
    from weighed
    join popular on weighed.as_of_day = popular.as_of_day and weighed.category = popular.category
    cross join parameters
)

select
    as_of_day,
    profile_id,
    category,
    touches,
    affinity,
    row_number() over (partition by as_of_day, profile_id order by affinity desc, category) as rank
from smoothed
