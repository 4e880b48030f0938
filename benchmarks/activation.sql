create schema profile; create schema segments; create schema activation;
create table profile.profiles as
select 'P' || lpad(cast(range as varchar), 11, '0') as profile_id, null::varchar as title, 'Given' || cast(range % 5000 as varchar) as given_name,
    'Family' || cast(range % 20000 as varchar) as family_name, date '1950-01-01' + cast(range % 20000 as int) as birth_date,
    case when range % 2 = 0 then 'f' else 'm' end as gender, 'person' || cast(range as varchar) || '@gmail.com' as email,
    '+336' || lpad(cast(range as varchar), 8, '0') as phone, '1 rue X' as street, '69002' as postcode, 'Lyon' as city, null::varchar as region,
    'FR' as country, 'fr' as language, false as is_pressed
from range(getvariable('profiles'));
create table profile.profile_contact_points as
select profile_id, 'email' as kind, email as value, 'verified' as status from profile.profiles
union all
select profile_id, 'phone', phone, 'unproved' from profile.profiles;
create table profile.consent_state as
select profile_id, 'email' as channel, 'newsletter' as purpose, 'granted' as status, timestamp '2026-01-01' as decided_at, null::date as expires_on
from profile.profiles;
create table segments.segment_members as
select date '2026-11-14' as as_of_day, 'everybody' as segment, profile_id from profile.profiles;
