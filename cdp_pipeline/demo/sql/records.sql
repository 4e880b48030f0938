-- Grain: a record, what one source table knows of a person; noise as each system makes it.
create or replace table records as
with tables(source_table, share, days_late) as (values
    ('subscribers', .55, 0), ('service_contacts', .14, 0), ('crm_contacts', .14, 0), ('crm_leads', .07, 0),
    ('accounts', .45, 0), ('loyalty_members', .38, 0), ('vip_list', .008, 0)),
copies as (
    select person_id, source_table, 0 as copy from people, tables where chance(person_id, source_table) < share
    union all
    select person_id, source_table, 1 from people, tables
    where chance(person_id, source_table) < share * .04 and source_table in ('subscribers', 'accounts', 'loyalty_members', 'crm_contacts')
),
keyed as (
    select c.source_table, c.copy, p.*, hash(c.person_id, c.source_table, c.copy) as noise,
        left(c.source_table, 1) || cast(100000 + row_number() over (partition by c.source_table order by hash(c.person_id, c.copy, c.source_table)) as varchar) as record_key
    from copies c join people p using (person_id)
),
timed as (
    select *,
        case when chance(noise, 'new') < .03 then getvariable('first_day') + cast(floor(chance(noise, 'arrival') * getvariable('days')) as int) else getvariable('first_day') end as arrives_on,
        case when chance(noise, 'change') < .03 then getvariable('first_day') + cast(floor(chance(noise, 'changes') * getvariable('days')) as int) end as changes_on,
        moment(getvariable('first_day') - 30 - cast(floor(chance(noise, 'created') * 1500) as int), chance(noise, 'created at')) as created_at
    from keyed
)
select source_table, record_key, person_id, noise, arrives_on, changes_on, created_at, gender, wants_erasure, household_id,
    slip(case when chance(noise, 'swap') < .01 then known_family else given_name end, noise, 'given slip', .03) as given_name,
    slip(case when chance(noise, 'swap') < .01 then given_name else known_family end, noise, 'family slip', .04) as family_name,
    case when chance(noise, 'birth missing') < .35 then null
        when chance(noise, 'birth swap') < .01 and day(birth_date) <= 12 then make_date(year(birth_date), day(birth_date), month(birth_date))
        when chance(noise, 'birth slip') < .02 then birth_date + cast(1 + floor(chance(noise, 'birth days') * 9) as int)
        when chance(noise, 'birth placeholder') < .01 then date '1900-01-01'
        else birth_date end as birth_date,
    case when chance(noise, 'email placeholder') < .006 then 'test@test.com'
        when chance(noise, 'email missing') < case source_table when 'loyalty_members' then .3 when 'crm_contacts' then .15 when 'vip_list' then .3 else 0 end then null
        when second_email is not null and chance(noise, 'which mailbox') < .35 then second_email
        when own_email like '%@gmail.com' and chance(noise, 'dots') < .15 then left(own_email, 2) || '.' || substr(own_email, 3)
        when own_email like '%@gmail.com' and chance(noise, 'plus') < .08 then replace(own_email, '@', '+' || source_table || '@')
        else slip(own_email, noise, 'email slip', .008) end as email,
    case when chance(noise, 'phone placeholder') < .006 then '0000000000'
        when chance(noise, 'phone missing') < case source_table when 'subscribers' then .7 when 'loyalty_members' then .1 else .3 end then null
        when landline is not null and chance(noise, 'landline') < .3 then landline
        else mobile end as phone,
    case when old_street is not null and chance(noise, 'old address') < .4 and source_table <> 'accounts' then old_street else street end as street,
    case when old_street is not null and chance(noise, 'old address') < .4 and source_table <> 'accounts' then old_town else town end as town,
    chance(noise, 'address missing') < case source_table when 'subscribers' then .75 when 'service_contacts' then .5 when 'vip_list' then .0 else .08 end as no_address
from (select *, case when maiden_name is not null and chance(noise, 'maiden') < .12 then maiden_name else family_name end as known_family from timed);
