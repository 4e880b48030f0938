with ordered as (
    select distinct run_days.day as as_of_day, member.profile_id, date_trunc('month', orders.ordered_on) as month
    from unified.orders as orders
    join identity.identity_map as member on orders.record_id = member.record_id
    join run_days on orders.ordered_on <= run_days.day
    where coalesce(orders.amount, 0) >= 0
),

cohorts as (
    select as_of_day, profile_id, min(month) as cohort_month
    from ordered
    group by as_of_day, profile_id
),

sizes as (
    select as_of_day, cohort_month, count(*) as cohort_size
    from cohorts
    group by as_of_day, cohort_month
)

select
    ordered.as_of_day,
    cast(cohorts.cohort_month as date) as cohort_month,
    (year(ordered.month) - year(cohorts.cohort_month)) * 12 + month(ordered.month) - month(cohorts.cohort_month) as months_since,
    count(*) as profiles,
    max(sizes.cohort_size) as cohort_size
from ordered
join cohorts on ordered.as_of_day = cohorts.as_of_day and ordered.profile_id = cohorts.profile_id
join sizes on cohorts.as_of_day = sizes.as_of_day and cohorts.cohort_month = sizes.cohort_month
group by ordered.as_of_day, cohorts.cohort_month, ordered.month
