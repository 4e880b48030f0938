with addressed as materialized (
    select
        profile_id,
        birth_date,
        fold_street(street) || ' ' || coalesce(postcode, fold_text(city)) || ' ' || fold_name(family_name) as address_and_name
    from profile.profiles
)

select
    profile_id,
    min(profile_id) over (partition by address_and_name) as household_id,
    count(*) over (partition by address_and_name) as size,
    row_number() over (partition by address_and_name order by birth_date nulls last, profile_id) = 1 as is_head,
    'same address and family name' as rule
from addressed
where address_and_name is not null
