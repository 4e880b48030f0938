-- name: audited
select
    audit.privacy, audit.column_name, audit.type, audit.rows, audit.filled_share, audit.distinct_values, audit.least,
    audit.greatest
from quality.source_audit as audit
join asked on audit.source = asked.source and audit.source_table = asked.source_table
where audit.audited_on = (
    select max(newest.audited_on) from quality.source_audit as newest join asked on newest.source = asked.source
)
