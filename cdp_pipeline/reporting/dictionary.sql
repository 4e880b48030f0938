-- name: audit
select
    source || '__' || source_table as name,
    audited_on,
    column_name,
    printf('%.1f %%', 100 * filled_share) as filled,
    distinct_values,
    least,
    greatest,
    patterns,
    last_delivered_on,
    coalesce(printf('%.0f %%', 100 * known_only_here), '') as known_only_here
from quality.source_audit
qualify audited_on = max(audited_on) over ()
order by name, column_name
