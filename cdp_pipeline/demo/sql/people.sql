-- Grain: a person. Blocks of four ids form households: singles, couples, families with children and twins.
create or replace table people as
with blocks as (
    select range as person_id, range // 4 as block, range % 4 as slot, chance(range // 4, 'pattern') as pattern
    from range(getvariable('people'))
),
roles as (
    select *,
        case when pattern < .35 then slot
            when pattern < .70 then case when slot < 2 then 0 else slot end
            when pattern < .85 then case when slot < 3 then 0 else slot end
            else 0 end as household_slot,
        case when pattern < .35 then 'single'
            when pattern < .70 then case slot when 0 then 'head' when 1 then 'partner' else 'single' end
            when pattern < .85 then case slot when 0 then 'head' when 1 then 'partner' when 2 then 'child' else 'single' end
            else case slot when 0 then 'head' when 1 then 'partner' else 'child' end end as role
    from blocks
),
born as (
    select *, block * 4 + household_slot as household_id,
        case when role = 'head' then case when chance(block, 'head gender') < .75 then 'm' else 'f' end
            when role = 'partner' then case when chance(block, 'head gender') < .75 then 'f' else 'm' end
            else case when chance(person_id, 'gender') < .5 then 'm' else 'f' end end as gender,
        case role when 'child'
            then date '1992-01-01' + cast(floor(chance(case when chance(block, 'twins') < .12 then block * 4 else person_id end, 'birth') * 5400) as int)
            else date '1945-01-01' + cast(floor(chance(person_id, 'birth')
                * case when pattern >= .70 and role <> 'single' then 10500 else 19000 end) as int) end as birth_date
    from roles
),
named as (
    select *,
        skewed(case gender when 'm' then getvariable('men') else getvariable('women') end, chance(person_id, 'given'), 1.6) as own_given,
        case when chance(household_id, 'common name') < .35
            then skewed(getvariable('families'), chance(household_id, 'family'), 1.7)
            else draw(getvariable('part_a'), chance(household_id, 'a')) || draw(getvariable('part_b'), chance(household_id, 'b'))
                || draw(getvariable('part_c'), chance(household_id, 'c')) end as household_family,
        case when chance(person_id, 'common name') < .5
            then skewed(getvariable('families'), chance(person_id, 'birth family'), 1.7)
            else draw(getvariable('part_a'), chance(person_id, 'a')) || draw(getvariable('part_b'), chance(person_id, 'b'))
                || draw(getvariable('part_c'), chance(person_id, 'c')) end as birth_family
    from born
),
addressed as (
    select *,
        case when role = 'child' and gender = 'm' and (slot = 2 or chance(block * 4 + 2, 'gender') >= .5)
                and chance(block, 'namesake') < .15 and chance(block, 'head gender') < .75
            then skewed(getvariable('men'), chance(block * 4, 'given'), 1.6) else own_given end as first_choice,
        case when role = 'partner' and chance(person_id, 'kept name') < .3 then birth_family else household_family end as family_name,
        case when role = 'partner' and gender = 'f' then birth_family end as maiden_name,
        case when chance(household_id, 'area') < .93 then skewed(getvariable('towns'), chance(household_id, 'town'), 1.3)
            when chance(household_id, 'area') < .96 then draw(getvariable('overseas_towns'), chance(household_id, 'town'))
            else draw(getvariable('foreign_towns'), chance(household_id, 'town')) end as town,
        cast(1 + floor(pow(chance(household_id, 'number'), 2) * 140) as int) || ' ' || draw(getvariable('streets'), chance(household_id, 'street')) as street,
        case when chance(household_id, 'moved') < .08 then cast(1 + floor(chance(household_id, 'old number') * 90) as int) || ' '
            || draw(getvariable('streets'), chance(household_id, 'old street')) end as old_street,
        skewed(getvariable('towns'), chance(household_id, 'old town'), 1.3) as old_town
    from named
),
elders as (
    select *, case role when 'child' then lag(first_choice) over (partition by household_id, role order by slot) end as elder
    from addressed
),
siblings as (
    select *,
        case when first_choice = elder
            then skewed(list_filter(case gender when 'm' then getvariable('men') else getvariable('women') end, lambda name: name <> elder),
                chance(person_id, 'given'), 1.6)
            else first_choice end as given_name
    from elders
),
mailboxes as (
    select *, case cast(floor(chance(person_id, 'mailbox') * 5) as int)
            when 0 then ascii_word(given_name) || '.' || ascii_word(family_name)
            when 1 then left(ascii_word(given_name), 1) || ascii_word(family_name)
            when 2 then ascii_word(given_name) || ascii_word(family_name) || cast(year(birth_date) % 100 as int)
            when 3 then ascii_word(family_name) || '.' || ascii_word(given_name)
            else ascii_word(given_name) || cast(100 + floor(chance(person_id, 'digits') * 900) as int) end
        as mailbox,
        skewed(['gmail.com', 'orange.fr', 'hotmail.fr', 'free.fr', 'yahoo.fr', 'wanadoo.fr', 'laposte.net', 'sfr.fr', 'outlook.com', 'icloud.com'],
            chance(person_id, 'domain'), 1.4) as domain
    from siblings
),
unique_mailboxes as (
    select *, row_number() over (partition by mailbox, domain order by person_id) as namesake from mailboxes
)
select person_id, household_id, role, gender, birth_date, given_name, family_name, maiden_name, street, town, old_street, old_town,
    mailbox || case when namesake = 1 then '' else cast(namesake as varchar) end || '@' || domain as own_email,
    case when chance(person_id, 'second mailbox') < .08 then mailbox || cast(person_id as varchar) || '@example.org' end as second_email,
    case town.area when 'overseas' then '0692' else '06' end
        || lpad(cast(hash(person_id, 'mobile', getvariable('seed')) % case town.area when 'overseas' then 1000000 else 100000000 end as varchar),
            case town.area when 'overseas' then 6 else 8 end, '0') as mobile,
    case when town.country = 'FR' and chance(household_id, 'landline') < .4
        then '0' || cast(1 + household_id % 5 as varchar) || lpad(cast(hash(household_id, 'landline', getvariable('seed')) % 100000000 as varchar), 8, '0') end as landline,
    role = 'partner' and chance(household_id, 'shared mailbox') < .08 as shares_mailbox,
    chance(person_id, 'wants out') < .003 as wants_erasure
from unique_mailboxes;
update people set own_email = head.own_email from people head
where people.shares_mailbox and head.household_id = people.household_id and head.role = 'head';
