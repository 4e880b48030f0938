-- name: needles
select delivered as value from own_points where delivered is not null
union
select trim(delivered) from own_points where delivered is not null
union
select canonical from own_points
union
select record_id from person_records
union
select profile_id from person_profiles

-- name: contained
with others as (
    select value from unified.contact_points where record_id not in (select record_id from person_records)
    union all
    select record_id from identity.identity_map where record_id not in (select record_id from person_records)
)

select needles.value
from needles
where exists (
    select 1
    from others
    where (starts_with(others.value, needles.value) or ends_with(others.value, needles.value)) and others.value <> needles.value
)

-- name: own_cells
select value from person_values
union
select sha256(canonical) from own_points
union
select sha256(mailbox(canonical)) from own_points where kind = 'email'
union
-- as partners have them: in Base64, Gmail addresses without dots, telephones without their plus
select base64(unhex(sha256(canonical))) from own_points
union
select base64(unhex(sha256(undotted(canonical, ['gmail.com'])))) from own_points where kind = 'email'
union
select sha256(undotted(canonical, ['gmail.com', 'googlemail.com'])) from own_points where kind = 'email'
union
select sha256(regexp_replace(canonical, '[^0-9]', '', 'g')) from own_points where kind = 'phone'
union
select published_id from person_published
union
select lower(record_id) from person_records
union
select lower(profile_id) from person_profiles

-- name: person_identifiers
select type, value from unified.identifiers where record_id in (select record_id from person_records)
except
select type, value from unified.identifiers where record_id not in (select record_id from person_records)

-- name: hashes
select kind, sha256(canonical) as sha256 from own_points
union
select kind, sha256(mailbox(canonical)) from own_points where kind = 'email'
union
select 'record', sha256(record_id) from person_records
union
select 'order', sha256(order_id) from person_orders
union
select 'visitor', sha256(visitor_id) from person_visitors
order by all

-- name: extracts
select
    extract_date, source, source_table, extracts.file,
    coalesce((select max(written.bytes) from written_files as written where written.file = extracts.file), extracts.bytes) as bytes,
    columns,
    coalesce((select max(written.sha256) from written_files as written where written.file = extracts.file), extracts.sha256) as sha256
from quality.extracts as extracts

-- name: deliveries
select * replace (
    coalesce((select max(written.sha256) from written_exports as written where written.folder = deliveries.folder), deliveries.sha256) as sha256
)
from activation.deliveries as deliveries

-- name: source_audit
select * replace (
    case when lower(audit.least) not in (select lower(trim(texts.value)) from person_texts as texts where texts.value is not null) then audit.least end as least,
    case when lower(audit.greatest) not in (select lower(trim(texts.value)) from person_texts as texts where texts.value is not null) then audit.greatest end as greatest
)
from quality.source_audit as audit

-- name: unread_of_person
select file, line
from quality.quarantine
where exists (select 1 from person_values where tells_of(lower(raw_line), person_values.value))
union
select _file, _line from person_lines
