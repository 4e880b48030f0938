with told as (
    select
        measured_on, regexp_extract(measure, 'model (.*)$', 1) as model, measure, value, size
    from quality.measures
    where table_name = 'identity.scored_pairs' and column_name = 'match_weight' and value is not null
),

today as (
    select * from told where measured_on = (select max(day) from run_days)
),

first_day as (
    select told.*
    from told
    join (select model, min(measured_on) as day from told group by model) as began
        on told.model = began.model and told.measured_on = began.day
    where told.model in (select model from today)
),

shares as (
    select
        greatest(coalesce(now.value, 0), 0.5 / max(now.size) over ()) as now,
        greatest(coalesce(was.value, 0), 0.5 / max(was.size) over ()) as was
    from today as now
    full join first_day as was on now.measure = was.measure
)

select coalesce(sum((now - was) * ln(now / was)), 0) as stability_index from shares
