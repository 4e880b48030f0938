-- name: unified__person_records
select
    (select max(day) from run_days) as measured_on, 'source' as column_name, 'records of ' || source as measure, 'stock' as kind,
    cast(count(*) as double) as value, count(*) as size, cast(null as double) as noise
from unified.person_records
group by source

-- name: unified__interactions
select
    told.extract_date as measured_on, 'record_id' as column_name, 'of known people, ' || told.source as measure, 'share' as kind,
    avg(case when records.record_id is null then 0.0 else 1.0 end) as value, count(*) as size, cast(null as double) as noise
from unified.interactions as told
left join unified.person_records as records on told.record_id = records.record_id
where told.extract_date in (select day from run_days) and told.record_id is not null
group by told.extract_date, told.source

-- name: unified__orders
select
    told.extract_date as measured_on, 'record_id' as column_name, 'of known people, ' || told.source as measure, 'share' as kind,
    avg(case when records.record_id is null then 0.0 else 1.0 end) as value, count(*) as size, cast(null as double) as noise
from unified.orders as told
left join unified.person_records as records on told.record_id = records.record_id
where told.extract_date in (select day from run_days) and told.record_id is not null
group by told.extract_date, told.source

-- name: unified__order_lines
select
    lines.extract_date as measured_on, 'amount' as column_name, 'at list price, ' || lines.source as measure, 'share' as kind,
    avg(case when lines.amount = lines.quantity * products.price then 1.0 else 0.0 end) as value, count(*) as size,
    cast(null as double) as noise
from unified.order_lines as lines
join unified.products as products on lines.sku = products.sku
where lines.extract_date in (select day from run_days) and products.price is not null
group by lines.extract_date, lines.source

-- name: identity__identity_map
with sizes as (
    select profile_id, count(*) as records from identity.identity_map group by profile_id
)

select
    (select max(day) from run_days) as measured_on, 'profile_id' as column_name, 'profiles' as measure, 'stock' as kind,
    cast(count(*) as double) as value, count(*) as size, cast(null as double) as noise
from sizes
union all
select
    (select max(day) from run_days), 'profile_id', 'merged', 'share',
    1 - count(*) / nullif(cast(sum(records) as double), 0), cast(sum(records) as bigint), null
from sizes
union all
select (select max(day) from run_days), 'profile_id', 'records of the largest profile', 'count', cast(max(records) as double), count(*), null
from sizes
union all
select
    (select max(day) from run_days), 'profile_id', case when records < 5 then cast(records as varchar) else '5 or more' end || ' record(s)', 'share',
    count(*) / cast((select count(*) from sizes) as double), (select count(*) from sizes), null
from sizes
group by all

-- name: identity__scored_pairs
select
    (select max(day) from run_days) as measured_on, 'match_weight' as column_name,
    'of ' || cast(floor(match_weight / 5) * 5 as bigint) || ' and more, model ' || model_version as measure, 'share' as kind,
    count(*) / cast((select count(*) from identity.scored_pairs) as double) as value,
    (select count(*) from identity.scored_pairs) as size, cast(null as double) as noise
from identity.scored_pairs
group by all

-- name: profile__profiles
select
    (select max(day) from run_days) as measured_on, told.column_name, 'filled' as measure, 'share' as kind,
    told.filled / cast(told.profiles as double) as value, told.profiles as size, cast(null as double) as noise
from (
    select 'email' as column_name, count(email) as filled, count(*) as profiles from profile.profiles
    union all
    select 'phone', count(phone), count(*) from profile.profiles
    union all
    select 'birth_date', count(birth_date), count(*) from profile.profiles
    union all
    select 'postcode', count(postcode), count(*) from profile.profiles
) as told
where told.profiles > 0

-- name: profile__consent_state
select
    (select max(day) from run_days) as measured_on, 'status' as column_name, 'granted, ' || channel || ' ' || purpose as measure, 'share' as kind,
    avg(case when status = 'granted' then 1.0 else 0.0 end) as value, count(*) as size, cast(null as double) as noise
from profile.consent_state
group by channel, purpose

-- name: segments__segment_sizes
select
    as_of_day as measured_on, 'members' as column_name, 'of ' || segment as measure, 'stock' as kind,
    cast(members as double) as value, members as size, cast(null as double) as noise
from segments.segment_sizes
where as_of_day in (select day from run_days)

-- name: activation__deliveries
select
    as_of_day as measured_on, 'members' as column_name, 'of ' || destination as measure, 'stock' as kind,
    cast(members as double) as value, members as size, cast(null as double) as noise
from activation.deliveries
where as_of_day in (select day from run_days)
qualify row_number() over (partition by as_of_day, destination order by delivery_id desc) = 1
