with folded as (
    select
        record_id,
        fold_name(given_name) as given,
        fold_name(family_name) as family,
        strftime(birth_date, '%Y%m%d') as birth,
        mailbox(email) as email,
        phone,
        fold_street(street) as street,
        nullif(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'), '') as postcode,
        fold_text(city) as city
    from unified.person_records
),

names as (
    select given as name from folded
    union
    select family from folded
),

-- a key is worked out once for each name, not for each of its bearers
sounds as (
    select name, given_root(name) as root, sound_key(given_root(name)) as root_sound, sound_key(name) as sound
    from names
),

shared as (
    select type, value, bool_or(reason = 'too many records') as is_on_too_many
    from identity.shared_identifiers
    group by type, value
),

personal as (
    select
        folded.* exclude (email, phone),
        case when not coalesce(shared_email.is_on_too_many, false) then folded.email end as email,
        case
            when shared_email.value is null then folded.email
            when not shared_email.is_on_too_many and bears_name(split_part(folded.email, '@', 1), folded.given) then folded.email
        end as own_email,
        case when not coalesce(shared_phone.is_on_too_many, false) then folded.phone end as phone,
        street || ' ' || coalesce(postcode, city) as whole_address,
        given_sounds.root as given_root,
        given_sounds.root_sound as given_sound,
        family_sounds.sound as family_sound
    from folded
    left join sounds as given_sounds on given_sounds.name = folded.given
    left join sounds as family_sounds on family_sounds.name = folded.family
    left join shared as shared_email on shared_email.type = 'email' and shared_email.value = folded.email
    left join shared as shared_phone on shared_phone.type = 'phone' and shared_phone.value = folded.phone
),

addresses as (
    select whole_address, count(*) as records
    from personal
    where whole_address is not null
    group by whole_address
)

select
    record_number(personal.record_id) as record_no,
    personal.record_id,
    given,
    family,
    given || ' ' || family as full_key,
    given_root,
    least(given, family) || ' ' || greatest(given, family) as name_key,
    birth,
    left(birth, 4) as birth_year,
    email,
    own_email,
    own_mailbox_name(split_part(email, '@', 1), given, family) as mailbox_name,
    split_part(email, '@', 2) as email_domain,
    phone,
    street,
    postcode,
    city,
    case when addresses.records <= linkage_limits.records_per_address then personal.whole_address end as address,
    left(given, 1) as given_initial,
    left(family, 1) as family_initial,
    left(given, 2) as given_start,
    left(family, 2) as family_start,
    given_sound,
    family_sound,
    least(given_sound, family_sound) || greatest(given_sound, family_sound) as name_sound
from personal
left join addresses on personal.whole_address = addresses.whole_address
cross join linkage_limits
