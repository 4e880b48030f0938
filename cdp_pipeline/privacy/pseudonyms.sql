-- name: aged
with today as (
    select max(extract_date) as day from quality.extracts
),

years as (
    select people.*, year(day) - year(born_on) - case when strftime(day, '%m%d') < strftime(born_on, '%m%d') then 1 else 0 end as age
    from people
    cross join today
)

select
    row_no, country, rest,
    case
        when age < 18 then 'under 18'
        when age < 25 then '18 to 24'
        when age < 35 then '25 to 34'
        when age < 45 then '35 to 44'
        when age < 55 then '45 to 54'
        when age < 65 then '55 to 64'
        when age >= 65 then '65 and over'
    end as age_band,
    [
        struct_pack(region := region, postcode_area := postcode_area),
        struct_pack(region := region, postcode_area := left(postcode_area, 3)),
        struct_pack(region := region, postcode_area := left(postcode_area, 2)),
        struct_pack(region := region, postcode_area := null),
        struct_pack(region := null, postcode_area := null)
    ] as homes
from years

-- name: nobody
select row_no, country, age_band, homes[1].region as region, homes[1].postcode_area as postcode_area, true as is_told
from aged
where false

-- name: a_crowd
with left_over as (
    select row_no, country, age_band, rest, homes[coarseness.level] as home
    from aged
    cross join coarseness
    where row_no not in (select row_no from told)
)

select row_no, country, age_band, home.region as region, home.postcode_area as postcode_area, true as is_told
from left_over
qualify count(*) over (partition by country, home, age_band, rest) >= (select people from smallest_group)

-- name: the_rest
select row_no, false as is_told
from aged
where row_no not in (select row_no from told)
