-- The macros of macros.sql that Spark needs a body of its own for; the others are told from there.
-- `strip_accents`, `transliterate`, `jaro_winkler_similarity` and the reference tables are given by the session.


create or replace temporary function blank_to_null(value string) return nullif(trim(value), '');

create or replace temporary function known(value string) return
    case when array_contains(placeholder_values(), lower(trim(value))) then null else blank_to_null(value) end;

-- What the first pattern that fits reads; patterns are DuckDB's, and Java reads one digit or two alike.
create or replace temporary function read_moment(value string, formats array<string>) return
    element_at(
        filter(transform(formats, pattern -> cast(try_to_timestamp(value,
            replace(replace(replace(replace(replace(replace(replace(pattern,
                '%d', 'd'), '%m', 'M'), '%Y', 'yyyy'), '%y', 'yy'), '%H', 'H'), '%M', 'm'), '%S', 's')
        ) as timestamp_ntz)), moment -> moment is not null)
        || array(cast(null as timestamp_ntz)), 1
    );

create or replace temporary function parse_date(value string, formats array<string>) return
    case when year(read_moment(known(value), formats)) between 1000 and 2100 then cast(read_moment(known(value), formats) as date) end;

create or replace temporary function parse_local(value string, formats array<string>, zone string) return
    case when year(read_moment(known(value), formats)) between 1000 and 2100
        then convert_timezone(zone, 'UTC', read_moment(known(value), formats)) end;

create or replace temporary function names_offset(value string) return value rlike r'\d[Tt ]\d.*([Zz]|[+-]\d\d(:?\d\d)?)\s*$';

create or replace temporary function parse_iso(value string, zone string) return
    case when known(value) is null or length(value) < 10 or left(ltrim(value), 4) not between '1000' and '2100' then null
        when not trim(value) rlike r'^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d([.]\d+)?)?\s?([Zz]|[+-]\d\d(:?\d\d)?)?)?$' then null
        when names_offset(value) then cast(try_cast(value as timestamp_ltz) as timestamp_ntz)
        else convert_timezone(zone, 'UTC', try_cast(value as timestamp_ntz)) end;

-- The last eight bytes of the MD5 digest, the least significant first.
create or replace temporary function md5_number_lower(value string) return
    cast(conv(
        substr(md5(value), 31, 2) || substr(md5(value), 29, 2) || substr(md5(value), 27, 2) || substr(md5(value), 25, 2)
        || substr(md5(value), 23, 2) || substr(md5(value), 21, 2) || substr(md5(value), 19, 2) || substr(md5(value), 17, 2), 16, 10
    ) as decimal(20, 0));

create or replace temporary function record_number(record_id string) return cast(floor(md5_number_lower(record_id) / 2) as bigint);

create or replace temporary function id_of(kind string, value string) return
    kind || lpad(lower(conv(cast(record_number(value) % 131621703842267136 as string), 10, 36)), 11, '0');

create or replace temporary function sample_place(id string, salt string) return
    cast(floor(md5_number_lower(salt || ':' || id) / 4294967296) as double) / 4294967296.0D;

create or replace temporary function local_time(moment timestamp_ntz, zone string) return convert_timezone('UTC', zone, moment);

create or replace temporary function local_day(moment timestamp_ntz, zone string) return cast(convert_timezone('UTC', zone, moment) as date);

create or replace temporary function day_begins(day date, zone string) return convert_timezone(zone, 'UTC', cast(day as timestamp_ntz));

create or replace temporary function regexp_escape(value string) return regexp_replace(value, r'([^a-zA-Z0-9_])', r'\\$1');

-- Words that are all capitals or all small get a capital each, after a hyphen too; mixed case stays as written.
create or replace temporary function title_case(value string) return
    case when value = upper(value) or value = lower(value) then replace(initcap(replace(lower(value), '-', '- ')), '- ', '-') else value end;

-- A word is of capitals where no letter is small and it has two at least (a function that holds a lambda can't be an argument of another).
create or replace temporary function words_where_capital(value string, capital boolean) return
    nullif(trim(case when capital then array_join(regexp_extract_all(value, r'(?<![^ ])[^ \p{Ll}]{2,}(?![^ ])', 0), ' ')
        else regexp_replace(regexp_replace(value, r'(?<![^ ])[^ \p{Ll}]{2,}(?![^ ])', ''), ' +', ' ') end), '');

-- Edits with neighbours swapped as one; told exactly up to one edit, which is all that the comparisons ask.
create or replace temporary function damerau_levenshtein(a string, b string) return
    case when levenshtein(a, b) = 2 and length(a) = length(b)
            and exists(sequence(1, length(a)), place -> left(a, place - 1) || substr(a, place + 1, 1) || substr(a, place, 1) || substr(a, place + 2) = b)
        then 1 else levenshtein(a, b) end;

create or replace temporary function parse_integer(value string) return
    case when known(value) rlike r'^\s*[+-]?\d+([.]0*)?\s*$' then try_cast(regexp_replace(known(value), r'[.]0*\s*$', '') as bigint) end;
