with bounds as (
    select min(occurred_on) as first_on, greatest(max(occurred_on), (select max(day) from run_days)) as last_on from profile.timeline
),

days as (
    select cast(unnest(generate_series(first_on, last_on, interval 1 day)) as date) as date_key from bounds
)

select
    date_key,
    year(date_key) as year,
    quarter(date_key) as quarter,
    month(date_key) as month,
    day(date_key) as day_of_month,
    strftime(date_key, '%Y-%m') as year_month,
    isodow(date_key) as weekday,
    week(date_key) as iso_week,
    isodow(date_key) > 5 as is_weekend
from days
