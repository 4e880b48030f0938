-- name: vanished
select
    (select max(measured_on) from measured) as measured_on, before.column_name, before.measure, before.kind,
    cast(0 as double) as value, cast(0 as bigint) as size, cast(null as double) as noise
from quality.measures as before
where before.table_name = (select table_name from measured_table)
    and before.kind in ('stock', 'count') and before.value > 0
    and before.measured_on = (
        select max(newest.measured_on)
        from quality.measures as newest
        where newest.table_name = (select table_name from measured_table)
            and newest.measured_on < (select max(measured_on) from measured)
    )
    and not exists (
        select 1 from measured where measured.column_name = before.column_name and measured.measure = before.measure
    )

-- name: histories
with known as (
    select measured_on, column_name, measure, kind, value, size, noise
    from quality.measures
    where table_name = (select table_name from measured_table) and measured_on not in (select measured_on from measured)
    union all
    select measured_on, column_name, measure, kind, value, size, noise from measured
),

placed as (
    select
        *,
        lag(value) over each as value_before,
        case kind
            when 'count' then 2 * sqrt(value + 0.375)
            when 'share' then asin(sqrt((least(value, 1) * size + 0.375) / (size + 0.75)))
            when 'stock' then ln(1 + value) - ln(1 + lag(value) over each)
            when 'level' then sign(value) * ln(1 + abs(value))
            else value
        end as place,
        case kind
            when 'count' then 1.0
            when 'share' then 1.0 / (4 * size + 2)
            when 'stock' then 4.0 / power(greatest(value, coalesce(lag(value) over each, value)) + 1, 2)
            else coalesce(noise, 0)
        end as chance,
        row_number() over each as number
    from known
    where value is not null
    window each as (partition by column_name, measure order by measured_on)
)

select
    now.measured_on, now.column_name, now.measure, now.kind, any_value(now.value) as value, any_value(now.size) as size,
    any_value(now.noise) as noise, any_value(now.value_before) as value_before, any_value(now.place) as place,
    any_value(now.chance) as chance, dayofweek(now.measured_on) as weekday,
    list(was.place order by was.measured_on) filter (where was.place is not null) as places,
    list(dayofweek(was.measured_on) order by was.measured_on) filter (where was.place is not null) as weekdays
from placed as now
left join placed as was
    on now.column_name = was.column_name
    and now.measure = was.measure
    and was.number > 1
    and was.measured_on < now.measured_on
    and was.measured_on >= now.measured_on - (select history_days from rules)
where now.measured_on in (select measured_on from measured)
group by now.measured_on, now.column_name, now.measure, now.kind
order by now.measured_on, now.column_name, now.measure
