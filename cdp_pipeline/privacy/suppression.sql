-- name: parsed_values
select * from staging.parsed_values

-- name: no_parsed_values
select cast(null as varchar) as kind, cast(null as varchar) as value, cast(null as varchar) as region, cast(null as varchar) as parsed,
    cast(null as varchar) as line_type
where false

-- name: unreadable_lines
select lines._line
from delivered_lines as lines, (select list(sha256) as hashes from erased where kind = 'email') as addresses
where lines._reject_text is not null
    and list_has_any(
        addresses.hashes,
        list_transform(regexp_extract_all(lower(lines._reject_text), '[^][ ,;|"''<>()\t:]+@[^][ ,;|"''<>()\t:]+'), lambda word : sha256(word))
    )

-- name: living
select record_id
from identity.identity_map
where sha256(record_id) not in (select sha256 from erased where kind = 'record')

-- name: records_of_erased
with lines as (
    select _line, lead(_line) over (order by _line) as next_line from delivered_lines
)

select _line, next_line
from lines
where _line in (select _line from erased_lines)
order by _line
