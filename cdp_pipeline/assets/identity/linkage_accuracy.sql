-- name: candidates
select distinct
    '0' as match_key,
    least(l.record_no, r.record_no) as join_key_l,
    greatest(l.record_no, r.record_no) as join_key_r
from decisions
join identity.linkage_records as l on decisions.record_id_l = l.record_id
join identity.linkage_records as r on decisions.record_id_r = r.record_id

-- name: labelled_records
select *
from identity.linkage_records
where record_no in (select join_key_l from candidates union all select join_key_r from candidates)

-- name: labels
select scored.match_probability, decisions.decision = 'must_link' as is_match
from decisions
join scored
    on scored.record_no_l = least(record_number(decisions.record_id_l), record_number(decisions.record_id_r))
    and scored.record_no_r = greatest(record_number(decisions.record_id_l), record_number(decisions.record_id_r))

-- name: accuracy
with thresholds as (
    select cast(unnest([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999]) as double) as threshold
),

counted as (
    select
        threshold,
        count(*) filter (where is_match) as matches,
        count(*) filter (where not is_match) as others,
        count(*) filter (where match_probability >= threshold) as linked,
        count(*) filter (where match_probability >= threshold and is_match) as right_links
    from thresholds
    cross join labels
    group by threshold
)

select
    threshold,
    matches,
    others,
    right_links / nullif(linked, 0) as precision,
    wilson(right_links, linked, -1.96) as precision_low,
    wilson(right_links, linked, 1.96) as precision_high,
    right_links / nullif(matches, 0) as recall,
    wilson(right_links, matches, -1.96) as recall_low,
    wilson(right_links, matches, 1.96) as recall_high
from counted
