-- Lists that people draw from, most frequent first.
set variable article_count = (select count(*) from articles);
set variable categories = (select list(distinct category order by category) from articles);
set variable of_winter = coalesce(nullif(list_filter(getvariable('categories'), lambda c: c in ('boots', 'jackets', 'jumpers', 'sleeping_bags')), []), getvariable('categories'));
set variable of_summer = coalesce(nullif(list_filter(getvariable('categories'), lambda c: c in ('sandals', 'shirts', 'tents', 'trousers')), []), getvariable('categories'));
-- What somebody of a gender finds in a category: articles of their own, or of all where there are none.
create or replace table shelves as
with fitting as (
    select category, gender, list(place order by place) filter (where audience in (fits, 'all')) as own, list(place order by place) as every
    from articles cross join (values ('m', 'men'), ('f', 'women')) genders(gender, fits)
    group by category, gender
)
select category, gender, coalesce(own, every) as places from fitting;
set variable men = (select list(name order by cast(rank as int)) from given_names where gender = 'm');
set variable women = (select list(name order by cast(rank as int)) from given_names where gender = 'f');
set variable families = (select list(name order by cast(rank as int)) from family_names);
set variable part_a = (select list(text order by text) from syllables where part = 'a');
set variable part_b = (select list(text order by text) from syllables where part = 'b');
set variable part_c = (select list(text order by text) from syllables where part = 'c');
set variable streets = (select list(kind || ' ' || name order by kind, name) from streets);
-- Villages are made of syllables, a few hundred a department, so that towns are as many as in life.
create or replace table villages as
select 'Saint-' || s.text || t.text || u.text as city, lpad(cast(d as varchar), 2, '0') || lpad(cast(100 + (hash(s.text, t.text, u.text, d) % 90) * 10 as varchar), 3, '0') as postcode
from range(1, 96) departments(d), (select text from syllables where part = 'a') s, (select text from syllables where part = 'b') t, (select text from syllables where part = 'c') u
where hash(s.text, t.text, u.text, d) % 500 = 0;
set variable towns = (
    select list({'city': city, 'postcode': postcode, 'country': country, 'area': area, 'rank': rank} order by rank, city, postcode) from (
        select city, postcode, country, area, cast(rank as int) as rank from cities where area = 'metropole'
        union all select city, postcode, 'FR', 'metropole', 1000 from villages));
set variable overseas_towns = (
    select list({'city': city, 'postcode': postcode, 'country': country, 'area': area, 'rank': cast(rank as int)} order by cast(rank as int)) from cities where area = 'overseas');
set variable foreign_towns = (
    select list({'city': city, 'postcode': postcode, 'country': country, 'area': area, 'rank': cast(rank as int)} order by cast(rank as int)) from cities where area = 'abroad');
