-- name: aged
with today as (
    select max(extract_date) as day from quality.extracts
),

years as (
    select people.*, date_diff('year', born_on, day) - case when strftime(day, '%m%d') < strftime(born_on, '%m%d') then 1 else 0 end as age
    from people
    cross join today
)

select
    row_no, postcode_area, region, country, rest,
    case
        when age < 18 then 'under 18'
        when age < 25 then '18 to 24'
        when age < 35 then '25 to 34'
        when age < 45 then '35 to 44'
        when age < 55 then '45 to 54'
        when age < 65 then '55 to 64'
        when age >= 65 then '65 and over'
    end as age_band
from years

-- name: told
with by_postcode as (
    select *, count(*) over (partition by country, region, postcode_area, age_band, rest) >= (select people from smallest_group) as is_told
    from aged
),

by_three as (
    select
        * exclude (postcode_area, is_told),
        left(postcode_area, 3) as postcode_area,
        count(*) over (partition by country, region, left(postcode_area, 3), age_band, rest) >= (select people from smallest_group) as is_told
    from by_postcode
    where not is_told
),

by_two as (
    select
        * exclude (postcode_area, is_told),
        left(postcode_area, 2) as postcode_area,
        count(*) over (partition by country, region, left(postcode_area, 2), age_band, rest) >= (select people from smallest_group) as is_told
    from by_three
    where not is_told
),

by_region as (
    select
        * exclude (postcode_area, is_told),
        cast(null as varchar) as postcode_area,
        count(*) over (partition by country, region, age_band, rest) >= (select people from smallest_group) as is_told
    from by_two
    where not is_told
),

by_country as (
    select
        * exclude (region, is_told),
        cast(null as varchar) as region,
        count(*) over (partition by country, age_band, rest) >= (select people from smallest_group) as is_told
    from by_region
    where not is_told
),

levels as (
    select row_no, postcode_area, region, country, age_band, true as is_told from by_postcode where is_told
    union all
    select row_no, postcode_area, region, country, age_band, true from by_three where is_told
    union all
    select row_no, postcode_area, region, country, age_band, true from by_two where is_told
    union all
    select row_no, postcode_area, region, country, age_band, true from by_region where is_told
    union all
    select row_no, postcode_area, region, country, age_band, true from by_country where is_told
    union all
    select row_no, null, null, null, null, false from by_country where not is_told
)

select * from levels
