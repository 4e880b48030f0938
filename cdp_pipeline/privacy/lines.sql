-- name: own_points
with of_others as (
    select kind, value from unified.contact_points where record_id not in (select record_id from person_records)
),

told as (
    select kind, delivered, canonical from line_values
    union
    select kind, value, value from unified.contact_points where record_id in (select record_id from person_records)
    union
    select kind, value, value from asked_values
)

select kind, delivered, canonical
from told
where kind in ('email', 'phone') and canonical is not null and (kind, canonical) not in (select kind, value from of_others)

-- name: points_of_nobody_else
select kind, delivered, canonical
from own_points
where canonical not in (
    select canonical
    from own_points
    where lower(canonical) in (select value from told_by_others where value is not null)
        or lower(trim(delivered)) in (select value from told_by_others where value is not null)
)

-- name: living_others
select record_id from identity.identity_map where record_id not in (select record_id from person_records)

-- name: shared_points
select distinct points.kind, points.value
from unified.contact_points as points
where points.record_id in (select record_id from person_records) and points.kind in ('email', 'phone')
    and (points.kind, points.value) not in (select kind, canonical from own_points)

-- name: person_values
select lower(trim(delivered)) as value from own_points where delivered is not null
union
select lower(canonical) from own_points
