-- Reusable expressions, one macro each; every argument and result is text unless the name says otherwise.

-- Empty after trimming is unknown.
create or replace macro blank_to_null(value) as nullif(trim(value), '');

-- A value that the reference table of placeholders lists is unknown (list_contains would be planned as a join each).
create or replace macro known(value) as
    case when list_position(placeholder_values(), lower(trim(value))) > 0 then null else blank_to_null(value) end;

-- Lower case, no accents, ligatures spelt out, in Latin letters: for comparison, never for display. Most values are
-- plain letters (as many bytes as characters) or lack accents only; `transliterate` is a function in Python, for the rest.
create or replace macro without_accents(value) as
    replace(replace(replace(replace(replace(
        lower(strip_accents(value)), 'ø', 'o'), 'ł', 'l'), 'œ', 'oe'), 'ß', 'ss'), 'æ', 'ae');
create or replace macro is_plain(value) as strlen(value) = length(value);
create or replace macro fold(value) as
    case when is_plain(value) then lower(value)
        when is_plain(without_accents(value)) then without_accents(value)
        else lower(transliterate(lower(value))) end;

-- Folded, with letters only, parts separated by single spaces.
create or replace macro fold_name(value) as
    nullif(trim(regexp_replace(regexp_replace(fold(value), '[''’`.]', '', 'g'), '[^a-z]+', ' ', 'g')), '');

-- Folded, with letters and digits only, parts separated by single spaces.
create or replace macro fold_text(value) as
    nullif(trim(regexp_replace(fold(value), '[^a-z0-9]+', ' ', 'g')), '');

-- A civil title (M., Mme, Dr ...) before a name is not part of it; alone, M. is an initial.
create or replace macro without_title(value) as
    coalesce(
        nullif(trim(regexp_replace(value, '^(?i)(m|mr|mrs|ms|mme|mlle|dr|me|pr|prof|sir|lady|monsieur|madame|mademoiselle)(\.\s*|\s+)', '', 'g')), ''),
        trim(value)
    );

create or replace macro clean_name(value) as
    nullif(without_title(regexp_replace(known(value), '\s+', ' ', 'g')), '');

-- The address as written, trimmed and in lower case; not an address: unknown.
create or replace macro clean_email(value) as
    case when regexp_full_match(lower(known(value)), '[a-z0-9.!#$%&''*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}')
        then lower(known(value)) end;

-- The mailbox that an address reaches: Gmail ignores dots and what follows a plus, others do not.
create or replace macro mailbox(email) as
    case when split_part(email, '@', 2) in ('gmail.com', 'googlemail.com')
        then replace(split_part(split_part(email, '@', 1), '+', 1), '.', '') || '@gmail.com'
        else email end;

-- An address as partners have it that take a Gmail address without dots and without what follows a plus.
create or replace macro undotted(email, domains) as
    case when list_contains(domains, split_part(email, '@', 2))
        then replace(split_part(split_part(email, '@', 1), '+', 1), '.', '') || '@' || split_part(email, '@', 2)
        else email end;

-- Whether a line tells of a value by itself: joanna@x.example does not tell of anna@x.example.
create or replace macro tells_of(line, value) as
    contains(line, value)
    and regexp_matches(line, '(^|[^a-z0-9_@+.-])' || regexp_escape(value) || '([^a-z0-9_@.]|[.]([^a-z0-9]|$)|$)');

-- The overseas department of a French postcode has a telephone region of its own.
create or replace macro phone_region(postcode, country) as
    case when coalesce(country, 'FR') <> 'FR' then country
        when left(postcode, 3) = '971' then 'GP'
        when left(postcode, 3) = '972' then 'MQ'
        when left(postcode, 3) = '973' then 'GF'
        when left(postcode, 3) = '974' then 'RE'
        when left(postcode, 3) = '976' then 'YT'
        else 'FR' end;

-- Postcodes without spaces; French ones lose nothing to a spreadsheet that ate the leading zero.
create or replace macro clean_postcode(value, country) as
    case when coalesce(country, 'FR') = 'FR'
        then case when regexp_full_match(regexp_replace(known(value), '\s', '', 'g'), '\d{4,5}')
            then lpad(regexp_replace(known(value), '\s', '', 'g'), 5, '0') end
        else upper(regexp_replace(known(value), '\s', '', 'g')) end;

-- ISO 3166-1 alpha-2, by code or by any name that the reference table lists.
create or replace macro clean_country(value) as
    case when regexp_full_match(upper(trim(value)), '[A-Z]{2}') then upper(trim(value))
        else country_code(fold_text(known(value))) end;

-- A date of a plausible year; two-digit years and impossible days are not guessed.
create or replace macro parse_date(value, formats) as
    case when year(try_strptime(known(value), formats)) between 1000 and 2100
        then cast(try_strptime(known(value), formats) as date) end;

create or replace macro until(value, last_day) as case when value <= last_day then value end;

-- A moment in UTC of a plausible year, from local time in `zone`.
create or replace macro parse_local(value, formats, zone) as
    case when year(try_strptime(known(value), formats)) between 1000 and 2100
        then cast((try_strptime(known(value), formats) at time zone zone) at time zone 'UTC' as timestamp) end;

-- The same for ISO 8601, with T or space, which needs no format (a list of formats costs ten times as much).
-- A moment that names its offset from UTC (Z, +02:00) is not local time.
create or replace macro names_offset(value) as regexp_matches(value, '\d[Tt ]\d.*([Zz]|[+-]\d\d(:?\d\d)?)\s*$');
create or replace macro parse_iso(value, zone) as
    case when known(value) is null or length(value) < 10 or left(ltrim(value), 4) not between '1000' and '2100' then null
        when not regexp_full_match(trim(value), '\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d([.]\d+)?)?\s?([Zz]|[+-]\d\d(:?\d\d)?)?)?') then null
        when names_offset(value) then cast(try_cast(value as timestamptz) at time zone 'UTC' as timestamp)
        else cast((try_cast(value as timestamp) at time zone zone) at time zone 'UTC' as timestamp) end;

-- Whole numbers, and numbers of at most two decimals: what a type would round or read anew is none, but for the
-- noise of a binary fraction (19.990000000000002).
create or replace macro parse_integer(value) as
    case when regexp_full_match(known(value), '\s*[+-]?\d+([.]0*)?\s*') then try_cast(known(value) as bigint) end;
create or replace macro parse_decimal(value) as
    case when regexp_full_match(known(value), '\s*[+-]?(\d+([.]\d*)?|[.]\d+)\s*')
            and abs(try_cast(value as double) - cast(try_cast(value as decimal(18, 2)) as double)) < 1e-6
        then try_cast(value as decimal(18, 2)) end;
create or replace macro parse_decimal_comma(value) as
    case when not contains(value, '.') then parse_decimal(replace(value, ',', '.')) end;

-- Words that are all capitals or all small get a capital each, after a hyphen too; mixed case stays as written.
create or replace macro capitalised(word) as upper(left(word, 1)) || substr(word, 2);
create or replace macro each_capitalised(value, separator) as
    array_to_string(list_transform(string_split(value, separator), lambda word: capitalised(word)), separator);
create or replace macro title_case(value) as
    case when value = upper(value) or value = lower(value)
        then each_capitalised(each_capitalised(lower(value), ' '), '-') else value end;

-- Family and given part of a full name: 'DUPONT, Jean', 'DUPONT Jean', 'Jean Dupont'.
create or replace macro has_capitals_word(value) as
    value <> upper(value) and regexp_matches(value, '(^|\s)[A-ZÀ-Ý''-]{2,}(\s|$)');
create or replace macro words_where_capital(value, capital) as
    nullif(array_to_string(list_filter(string_split(value, ' '), lambda word: (word = upper(word) and length(word) > 1) = capital), ' '), '');
create or replace macro family_of(full_name) as
    case when contains(full_name, ',') then nullif(trim(split_part(full_name, ',', 1)), '')
        when has_capitals_word(full_name) then words_where_capital(full_name, true)
        else nullif(trim(substr(full_name, strpos(full_name || ' ', ' '))), '') end;
create or replace macro given_of(full_name) as
    case when contains(full_name, ',') then nullif(trim(split_part(full_name, ',', 2)), '')
        when has_capitals_word(full_name) then words_where_capital(full_name, false)
        else nullif(split_part(full_name, ' ', 1), '') end;

-- The moment in UTC at which a local day begins.
create or replace macro day_begins(day, zone) as cast((cast(day as timestamp) at time zone zone) at time zone 'UTC' as timestamp);

-- The local time of a moment in UTC.
create or replace macro local_time(moment, zone) as (moment at time zone 'UTC') at time zone zone;

-- The local day of a moment in UTC.
create or replace macro local_day(moment, zone) as cast(local_time(moment, zone) as date);

-- Street, folded, with usual abbreviations spelt out.
create or replace macro fold_street(value) as
    nullif(trim(replace(replace(replace(replace(replace(replace(replace(' ' || fold_text(value) || ' ',
        ' av ', ' avenue '), ' ave ', ' avenue '), ' bd ', ' boulevard '), ' boul ', ' boulevard '), ' pl ', ' place '), ' r ', ' rue '), ' all ', ' allee ')), '');

-- One form of a given name's short and foreign forms (Bill, Guillaume: William), by its first word.
create or replace macro given_root(given) as
    coalesce(given_name_form(given), given_name_form(split_part(given, ' ', 1)), given);

-- Phonetic key: the first letter, then three consonants, doubles and look-alikes merged, as are usual ways to write
-- one foreign sound (no regular expression: it is hot): Zhukov, Joukov; Tschechow, Chekhov; Kseniya, Xenia; Omar, Umar.
create or replace macro one_spelling(value) as
    translate(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
        value, 'tsch', 'c'), 'tch', 'c'), 'sch', 'c'), 'zh', 'j'), 'dj', 'j'), 'sh', 'c'), 'ch', 'c'), 'kh', 'k'), 'ph', 'f'), 'ts', 'c'), 'ks', 'x'), 'ou', 'u'), 'wvyj', 'ffii');
create or replace macro consonants(value) as
    replace(replace(replace(replace(replace(replace(
        translate(value, 'cqkszxdtmnaeiouh ', 'ssssssttnn'),
        'ss', 's'), 'tt', 't'), 'nn', 'n'), 'll', 'l'), 'rr', 'r'), 'ff', 'f');
create or replace macro first_sound(value) as translate(left(value, 1), 'cqkszxo', 'ssssssu');
create or replace macro sound_key(value) as first_sound(one_spelling(value)) || left(consonants(substr(one_spelling(value), 2)), 3);

-- A mailbox's name, unless it is made of the person's name alone, which thousands of namesakes have too.
create or replace macro own_mailbox_name(mailbox_name, given, family) as
    case when replace(replace(translate(mailbox_name, '._-', ''), coalesce(replace(family, ' ', ''), ' '), ''), coalesce(replace(given, ' ', ''), ' '), '')
            not in ('', coalesce(left(given, 1), ' ')) then mailbox_name end;
create or replace macro bears_name(mailbox_name, name) as
    coalesce(length(name) >= 3 and contains(translate(mailbox_name, '._-', ''), replace(name, ' ', '')), false);

-- One part holds the other: Jean and Jean-Pierre.
create or replace macro contains_word(a, b) as
    contains(' ' || a || ' ', ' ' || b || ' ') or contains(' ' || b || ' ', ' ' || a || ' ');
-- Also of several initials (j w): what counts is the first.
create or replace macro begins_with_initial(name) as substr(name, 2, 1) in ('', ' ');
create or replace macro is_initial_of(a, b) as
    (begins_with_initial(a) or begins_with_initial(b)) and left(a, 1) = left(b, 1);

-- One end of the Wilson confidence interval of a share; z is -1.96 for the lower end of 95 %, 1.96 for the upper.
create or replace macro wilson(hits, trials, z) as
    (hits / nullif(trials, 0) + z * z / (2 * trials)
        + z * sqrt(hits / trials * (1 - hits / trials) / trials + z * z / (4 * trials * trials)))
    / (1 + z * z / trials);

-- A number for a record that depends on nothing but its id: for joins, and for tools that want integers.
create or replace macro record_number(record_id) as cast(md5_number(record_id) >> 65 as bigint);

-- An id of twelve letters, which tables hold in place: longer ones take a third more time to group and join by. 36 ** 11 of a kind.
create or replace macro id_of(kind, value) as kind || lower(to_base(record_number(value) % 131621703842267136, 36, 11));

-- Dates as YYYYMMDD: day and month swapped.
create or replace macro day_month_swapped(a, b) as
    left(a, 4) = left(b, 4) and substr(a, 5, 2) = substr(b, 7, 2) and substr(a, 7, 2) = substr(b, 5, 2);

-- The year alone is known where a register writes the first of January.
create or replace macro year_alone(a, b) as
    left(a, 4) = left(b, 4) and (right(a, 4) = '0101' or right(b, 4) = '0101');

create or replace macro no_days_known(a, b) as right(a, 4) = '0101' and right(b, 4) = '0101';
create or replace macro years_apart(a, b) as abs(cast(left(a, 4) as integer) - cast(left(b, 4) as integer));

-- As far apart as a parent and a child, and not born on the same day, as far as it is known: no slip of the pen.
create or replace macro generation_apart(a, b) as
    years_apart(a, b) >= 12 and (right(a, 4) <> right(b, 4) or no_days_known(a, b));

-- Mailboxes of one family often differ in a number alone.
create or replace macro digits(value) as translate(value, 'abcdefghijklmnopqrstuvwxyz.!#$%&''*+/=?^_`{|}~-@', '');
create or replace macro same_digits(a, b) as digits(a) = digits(b);

create or replace macro names_swapped(given_a, given_b, family_a, family_b) as
    coalesce(jaro_winkler_similarity(given_a, family_b) >= 0.85 and jaro_winkler_similarity(family_a, given_b) >= 0.85, false);

-- Guards: what two records of one person can not differ in.
create or replace macro births_conflict(a, b) as
    left(a, 4) <> left(b, 4) and (levenshtein(a, b) > 2 or generation_apart(a, b));
create or replace macro givens_conflict(given_a, given_b, root_a, root_b, family_a, family_b) as
    root_a <> root_b and
    not begins_with_initial(given_a) and not begins_with_initial(given_b) and jaro_winkler_similarity(given_a, given_b) < 0.75
    and not contains_word(given_a, given_b) and not names_swapped(given_a, given_b, family_a, family_b)
    and sound_key(root_a) <> sound_key(root_b);
-- Two given names on one mailbox that are not a person's: none is an initial, a short or foreign form, or a slip of the other.
create or replace macro givens_differ(a, b, family_a, family_b) as
    not begins_with_initial(a) and not begins_with_initial(b) and damerau_levenshtein(a, b) > 1
    and left(a, 2) <> left(b, 2) and left(given_root(a), 2) <> left(given_root(b), 2)
    and not names_swapped(a, b, family_a, family_b);
-- Two common given names are not each other's misspelling: they differ by more than a way to write or to shorten one.
create or replace macro names_differ(given_a, given_b, root_a, root_b) as
    root_a <> root_b and levenshtein(given_a, given_b) > 2 and not begins_with_initial(given_a) and not begins_with_initial(given_b)
    and not starts_with(given_a, given_b) and not starts_with(given_b, given_a) and not contains_word(given_a, given_b)
    and consonants(one_spelling(given_a)) <> consonants(one_spelling(given_b));

-- The shape of a value, which tells no value: digits are 9, runs of capitals A, of other letters a.
create or replace macro pattern_of(value) as
    regexp_replace(
        regexp_replace(
            regexp_replace(left(value, 40), '\p{Nd}', '9', 'g'), '[\p{Ll}\p{Lo}\p{Lm}\p{M}]+', 'a', 'g'
        ),
        '[\p{Lu}\p{Lt}]+', 'A', 'g'
    );

-- Where an id falls between 0 and 1 in the sample that the salt names; the same on every day.
create or replace macro sample_place(id, salt) as cast(md5_number(salt || ':' || id) >> 96 as double) / 4294967296.0;
