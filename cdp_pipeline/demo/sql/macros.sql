-- Deterministic chance: the same seed, person and topic always draw the same number, on any number of threads.
create or replace macro chance(id, topic) as (hash(id, topic, getvariable('seed')) % 1000003) / 1000003.0;
create or replace macro draw(list, share) as list[1 + cast(floor(share * len(list)) as int)];
-- A few values take most of the mass, as names do in life.
create or replace macro skewed(list, share, power) as list[1 + cast(floor(pow(share, power) * len(list)) as int)];

-- One slip of the keyboard: a letter left out, doubled, swapped with the next, or replaced.
create or replace macro slip_at(word, place, kind) as
    case kind when 0 then substr(word, 1, place - 1) || substr(word, place + 1)
        when 1 then substr(word, 1, place) || substr(word, place)
        when 2 then substr(word, 1, place - 1) || substr(word, place + 1, 1) || substr(word, place, 1) || substr(word, place + 2)
        else substr(word, 1, place - 1) || draw(['a', 'e', 'i', 'o', 'r', 's', 't', 'n'], chance(word, place)) || substr(word, place + 1) end;
create or replace macro slip(word, id, topic, share) as
    case when chance(id, topic) < share and length(word) > 3
        then slip_at(word, 2 + cast(floor(chance(id, topic || ':place') * (length(word) - 2)) as int), cast(floor(chance(id, topic || ':kind') * 4) as int))
        else word end;
create or replace macro ascii_word(value) as
    regexp_replace(lower(replace(replace(replace(strip_accents(value), 'ø', 'o'), 'œ', 'oe'), 'ł', 'l')), '[^a-z]', '', 'g');
-- What somebody buys or looks at: mostly of their own two categories, or of the season; now and then of any.
create or replace macro wanted(person_id, id, day) as
    case when chance(id, 'drawn') < .3 then draw(getvariable('categories'), chance(person_id, 'taste'))
        when chance(id, 'drawn') < .5 then draw(getvariable('categories'), chance(person_id, 'second taste'))
        when chance(id, 'drawn') < .85 then draw(case when month(day) between 4 and 9 then getvariable('of_summer') else getvariable('of_winter') end, chance(id, 'season'))
        else draw(getvariable('categories'), chance(id, 'any')) end;
create or replace macro moment(day, share) as cast(day as timestamp) + to_seconds(cast(floor(25200 + share * 54000) as bigint));
