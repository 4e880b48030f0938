-- name: histories
with known as (
    select measured_on, column_name, measure, kind, value, size, noise
    from quality.measures
    where table_name = (select table_name from measured_table) and measured_on not in (select day from run_days)
    union all
    select measured_on, column_name, measure, kind, value, size, noise from measured
),

placed as (
    select
        *,
        case kind
            when 'count' then 2 * sqrt(value + 0.375)
            when 'share' then asin(sqrt((least(value, 1) * size + 0.375) / (size + 0.75)))
            when 'delivered' then value
            else ln(1 + abs(value))
        end as place,
        case kind
            when 'count' then 1.0
            when 'share' then 1.0 / (4 * size + 2)
            when 'stock' then 4.0 / ((value + 1) * (value + 1))
            when 'delivered' then 0.0001
            else coalesce(noise, 0)
        end as chance,
        row_number() over (partition by column_name, measure order by measured_on) as number
    from known
    where value is not null
),

moved as (
    select
        *,
        case
            when kind = 'stock' then place - lag(place) over (partition by column_name, measure order by measured_on)
            else place
        end as position,
        dayofweek(measured_on) as weekday
    from placed
),

pairs as (
    select
        now.measured_on, now.column_name, now.measure, now.kind, now.value, now.size, now.noise, now.chance, now.position,
        now.weekday, was.position as was, was.weekday as was_weekday, was.value as was_value, was.measured_on as was_on
    from moved as now
    left join moved as was
        on now.column_name = was.column_name
        and now.measure = was.measure
        and was.number > 1
        and was.measured_on < now.measured_on
        and was.measured_on >= now.measured_on - (select history_days from rules)
    where now.measured_on in (select day from run_days)
),

centred as (
    select
        *,
        median(was) over every as centre,
        median(case when was_weekday = weekday then was end) over every as weekday_centre,
        count(case when was_weekday = weekday then was end) over every as weekdays,
        median(was) over same_weekday as own_centre
    from pairs
    window
        every as (partition by measured_on, column_name, measure),
        same_weekday as (partition by measured_on, column_name, measure, was_weekday)
)

select
    measured_on, column_name, measure, kind, any_value(value) as value, any_value(size) as size, any_value(noise) as noise,
    any_value(position) as position,
    any_value(case when weekdays >= (select weeks from rules) then weekday_centre else centre end) as centre,
    median(abs(was - case when weekdays >= (select weeks from rules) then own_centre else centre end)) as deviation,
    any_value(chance) as chance,
    count(was) as days,
    arg_max(was_value, was_on) as value_before
from centred
group by measured_on, column_name, measure, kind
order by measured_on, column_name, measure
