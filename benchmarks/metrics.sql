create macro place(a, b) as (hash(a, b) % 1000003) / 1000003.0;
set variable categories = ['boots', 'jackets', 'jumpers', 'sandals', 'shirts', 'tents', 'travel', 'trousers'];
create table profile.profiles as
select 'P' || lpad(cast(range as varchar), 11, '0') as profile_id, null::varchar as title, null::varchar as given_name, null::varchar as family_name,
    null::date as birth_date, null::varchar as gender, null::varchar as email, null::varchar as phone, null::varchar as street,
    '69002' as postcode, 'Lyon' as city, null::varchar as region, 'FR' as country, 'fr' as language, 1::bigint as records, 1::bigint as sources,
    timestamp '2024-01-01' as first_seen_at, timestamp '2026-01-01' as last_changed_at, 1.0::double as confidence, null::double as weakest_link,
    null::double as link_density, 0::bigint as cut_links, 'email' as preferred_channel, 0::bigint as messages_lately, false as is_pressed
from range(getvariable('profiles'));
create table identity.identity_map as select 'r:' || profile_id as record_id, profile_id from profile.profiles;
create table profile.consent_state as select profile_id, 'web' as channel, 'profiling' as purpose, 'granted' as status from profile.profiles where hash(profile_id) % 10 < 6;
create table unified.products as
select 'S' || cast(range as varchar) as sku, 'Article' as name, getvariable('categories')[1 + range % 8] as category, 'all' as audience,
    'B' || cast(range % 5 as varchar) as brand, cast(20 + range as decimal(18, 2)) as price, 's' as source, 't' as source_table
from range(80);
create table unified.stores as select 'M1' as store_id;
create temp table touches as
select p.profile_id, n, hash(p.profile_id, n) as h,
    date '2026-11-15' - cast(floor(pow(place(p.profile_id, n), 2) * 700) as int) + case when place(n, p.profile_id) < .02 then 5 else 0 end as occurred_on
from profile.profiles p, range(getvariable('touches')) t(n)
where place(p.profile_id, 'active') < .9 or n = 0;
create table unified.orders as
select 'o:' || profile_id || n as order_id, 'r:' || profile_id as record_id, cast(occurred_on as timestamp) + interval 10 hour as ordered_at, occurred_on as ordered_on,
    case when h % 3 = 0 then 'web' else 'store' end as channel, null::varchar as store_id, cast(20 + h % 300 as decimal(18, 2)) as amount, 'EUR' as currency,
    's' as source, 't' as source_table, occurred_on as extract_date
from touches where n % 10 < 1 or (n % 10 = 1 and h % 4 = 0);
create table unified.order_lines as
select order_id, '1' as line_no, 'S' || cast(hash(order_id) % 80 as varchar) as sku, 1::bigint as quantity, amount, 's' as source, 't' as source_table, extract_date from unified.orders;
create table unified.service_cases as
select 'c:' || profile_id as case_id, 'r:' || profile_id as record_id, cast(occurred_on as timestamp) as opened_at, occurred_on as opened_on, null::timestamp as closed_at, 'subject' as subject,
    cast(1 + h % 5 as bigint) as satisfaction_score, 's' as source, 't' as source_table from touches where n = 2 and h % 10 = 0;
create table profile.timeline as
select order_id as touch_id, record_id, substr(record_id, 3) as profile_id, null::varchar as visitor_id, ordered_at as occurred_at, ordered_on as occurred_on, channel, 'order' as event,
    null::varchar as object_id, null::varchar as category, null::varchar as audience, null::varchar as campaign_id, amount, null::varchar as device, 'record' as attributed_by, 's' as source from unified.orders
union all
select lines.order_id || '/1', orders.record_id, substr(orders.record_id, 3), null, orders.ordered_at, orders.ordered_on, orders.channel, 'bought', lines.sku, products.category, products.audience, null, lines.amount, null, 'record', 's'
from unified.order_lines lines join unified.orders orders on lines.order_id = orders.order_id join unified.products products on lines.sku = products.sku
union all
select 't:' || profile_id || n, 'r:' || profile_id, profile_id, null, cast(occurred_on as timestamp) + to_hours(cast(h % 24 as int)), occurred_on, case when h % 2 = 0 then 'email' else 'web' end,
    case when h % 2 = 0 then ['sent', 'opened', 'clicked'][1 + cast(h // 2 % 3 as int)] else ['viewed', 'watched'][1 + cast(h // 2 % 2 as int)] end, 'x', getvariable('categories')[1 + cast(h // 7 % 8 as int)], null,
    case when h % 2 = 0 then 'C' || cast(h % 40 as varchar) end, null, null, 'record', 's'
from touches where n % 10 > 1 or (n % 10 = 1 and h % 4 > 0);
