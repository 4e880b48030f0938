-- Grain: an event of a record (an e-mail sent, a hit, an article bought, a case); half before the first day, half spread over the days.
create or replace table touches as
with kinds(kind, source_table, share) as (values
    ('email', 'subscribers', .80), ('hit', 'accounts', 1.50), ('order', 'accounts', .20), ('receipt', 'loyalty_members', .36),
    ('case', 'service_contacts', .20), ('attendance', 'crm_contacts', .20)),
counted as (
    select r.record_key, r.person_id, r.noise, k.kind, r.arrives_on, r.household_id,
        -- few people buy much, and most seldom: on average as often as the share says
        cast(floor(getvariable('events') * k.share * 2 * chance(r.noise, k.kind) * case when k.kind in ('order', 'receipt') then 4 * pow(chance(r.person_id, 'loyalty'), 3) else 1 end
            + chance(r.noise, k.kind || ' more')) as int) as touches
    from records r join kinds k using (source_table)
),
numbered as (select *, unnest(range(touches)) as number from counted where touches > 0),
dated as (
    select *, hash(noise, kind, number) as id,
        case when chance(noise, kind || number) < .5 then getvariable('first_day') - 1 - cast(floor(pow(chance(noise, kind || number || 'back'), 1.5) * 700) as int)
            else getvariable('first_day') + cast(floor(chance(noise, kind || number || 'day') * getvariable('days')) as int) end as day
    from numbered
)
select record_key, person_id, household_id, kind, number, id, greatest(day, case when arrives_on > getvariable('first_day') then arrives_on else day end) as day,
    moment(greatest(day, case when arrives_on > getvariable('first_day') then arrives_on else day end), chance(id, 'time')) as happened_at,
    chance(id, 'a') as a, chance(id, 'b') as b, chance(id, 'c') as c
from dated;

create or replace table campaigns as
select 'C' || lpad(cast(range as varchar), 3, '0') as campaign_id,
    p.category || ' ' || strftime(getvariable('first_day') - cast(range * 18 as int), '%B %Y') as name, p.category, p.sku,
    getvariable('first_day') - cast(range * 18 as int) + 3 as starts_on, getvariable('first_day') - cast(range * 18 as int) + 24 as ends_on
from range(40) join articles p on p.place = (range * 7 + 3) % getvariable('article_count');

create or replace table email_events as
with sent as (
    select t.*, campaign_id, category from touches t join campaigns c on c.campaign_id = 'C' || lpad(cast(least(39, greatest(0, (getvariable('first_day') - t.day + 3) // 18)) as varchar), 3, '0')
    where kind = 'email'
)
select 'E' || cast(id as varchar) || 'S' as event_id, record_key as subscriber_id, person_id, day, happened_at, 'sent' as event, campaign_id, category from sent
union all select 'E' || cast(id as varchar) || 'O', record_key, person_id, day, happened_at + interval 2 hour, 'opened', campaign_id, category from sent where a < .35
union all select 'E' || cast(id as varchar) || 'C', record_key, person_id, day, happened_at + interval 3 hour, 'clicked', campaign_id, category from sent where a < .10
union all select 'E' || cast(id as varchar) || 'U', record_key, person_id, day, happened_at + interval 4 hour, 'unsubscribed', campaign_id, category from sent where a > .995;

create or replace table hits as
select 'H' || cast(t.id as varchar) as hit_id, t.person_id, t.day,
    'v' || cast(hash(case when chance(household_id, 'family tablet') < .05 then household_id else t.person_id end, case when b < .4 then 'phone' else 'laptop' end) % 1000000000000 as varchar) as visitor_id,
    t.happened_at, case when b < .4 then 'phone' else 'laptop' end as device,
    case when c < .1 then 'video' else 'page' end as kind,
    case when c < .1 then 'video/' || p.category else 'shop/' || p.category || '/' || p.sku end as page, p.sku, p.category,
    case when a < .25 then t.record_key end as login
from (select t.*, wanted(t.person_id, t.id, t.day) as category, q.gender from touches t join people q using (person_id) where t.kind = 'hit') t
join shelves s using (category, gender) join articles p on p.place = draw(s.places, chance(t.id, 'article'));

create or replace table bought as
select t.kind, t.record_key, t.person_id, t.day, t.happened_at, t.a, t.id,
    upper(left(t.kind, 1)) || cast(t.id as varchar) as order_no, line as line_no, p.sku, p.name,
    cast(case when chance(t.id, line) < .12 then 2 else 1 end as int) as quantity, p.price
from (
    select t.*, wanted(t.person_id, hash(t.id, t.line), t.day) as category, q.gender
    from (select *, unnest(range(1, 2 + cast(floor(a * a * 3) as int))) as line from touches where kind in ('order', 'receipt')) t
    join people q using (person_id)
) t
join shelves s using (category, gender) join articles p on p.place = draw(s.places, chance(hash(t.id, t.line), 'article'));
