-- name: profiles
select profile_id, row_number() over (order by profile_id) - 1 as profile_no
from (select distinct profile_id from identity.identity_map) as everyone

-- name: bonds
with addressed as (
    select
        profile_id,
        'same address and family name' as rule,
        fold_street(street) || ' ' || coalesce(postcode, fold_text(city)) || ' ' || fold_name(family_name) as bond
    from profile.profiles
),

called as (
    select points.profile_id, 'shared landline' as rule, points.value as bond
    from profile.profile_contact_points as points
    where points.kind = 'phone' and points.value in (select parsed from staging.parsed_values where line_type = 'landline')
    qualify count(*) over (partition by points.value) > 1
),

both_kinds as (
    select * from addressed where bond is not null
    union all
    select * from called
)

select profiles.profile_no, both_kinds.rule, min(profiles.profile_no) over each_bond as first_no, count(*) over each_bond as size
from both_kinds
join profiles on both_kinds.profile_id = profiles.profile_id
qualify count(*) over each_bond <= (select most_profiles from limits)
window each_bond as (partition by both_kinds.rule, both_kinds.bond)

-- name: edges
select profile_no as node_l, first_no as node_r from bonds

-- name: households
with bonded as (
    select distinct bonds.profile_no, grouped.component as household_no from bonds join grouped on bonds.profile_no = grouped.node
),

rules as (
    select grouped.component as household_no, string_agg(distinct bonds.rule, ', ' order by bonds.rule) as rule
    from bonds
    join grouped on bonds.profile_no = grouped.node
    where bonds.size > 1
    group by grouped.component
)

select
    profiles.profile_id,
    id_of('H', heads.profile_id) as household_id,
    count(*) over each_household as size,
    row_number() over (
        partition by bonded.household_no order by golden.birth_date nulls last, profiles.profile_id
    ) = 1 as is_head,
    coalesce(rules.rule, 'alone') as rule
from bonded
join profiles on bonded.profile_no = profiles.profile_no
join profiles as heads on bonded.household_no = heads.profile_no
left join profile.profiles as golden on profiles.profile_id = golden.profile_id
left join rules on bonded.household_no = rules.household_no
window each_household as (partition by bonded.household_no)
