-- name: scored_with_another
select count(*) > 0 from identity.scored_records where scored_with <> (select scored_with from scored_with)

-- name: changed
select records.record_no
from identity.linkage_records as records
left join identity.scored_records as scored on records.record_no = scored.record_no
where scored.digest is distinct from records.digest

-- name: gone
select scored.record_no
from identity.scored_records as scored
anti join identity.linkage_records as records on scored.record_no = records.record_no

-- name: size_of_change
select
    (select count(*) from changed) + (select count(*) from gone) as changed,
    (select count(*) from identity.linkage_records) as records

-- name: keys_before
select * exclude (scored_with)
from identity.scored_records
where record_no in (select record_no from changed union all select record_no from gone)

-- name: touched_keys
select * from keys
union all
select * from keys_before

-- name: block_changes
select
    rule,
    key,
    coalesce(blocks_before.records, 0) as before,
    coalesce(blocks_before.records, 0) - coalesce(blocks_left.records, 0) + coalesce(blocks_joined.records, 0) as after
from blocks_before
full join blocks_left using (rule, key)
full join blocks_joined using (rule, key)

-- name: large_blocks
select changes.rule, changes.key
from block_changes as changes
join limits on changes.rule = limits.rule
where changes.after > limits.largest

-- name: crossed_blocks
select changes.rule, changes.key
from block_changes as changes
join limits on changes.rule = limits.rule
where (changes.before > limits.largest) <> (changes.after > limits.largest)

-- name: keys_of_crossing
select * exclude (scored_with)
from identity.scored_records
where
    record_no in (select record_no from crossing)
    and record_no not in (select record_no from keys_before)

-- name: large_blocks_of_crossing
select blocks.rule, blocks.key
from blocks_of_crossing as blocks
join limits on blocks.rule = limits.rule
anti join block_changes as changes on blocks.rule = changes.rule and blocks.key = changes.key
where blocks.records > limits.largest

-- name: outdated
select record_no from keys
union
select record_no from gone

-- name: candidates_with_others
select *
from candidates_among_others
where
    not (join_key_l in (select record_no from outdated) and join_key_r in (select record_no from outdated))

-- name: asked_records
select *
from identity.linkage_records
where record_no in (select join_key_l from candidates union all select join_key_r from candidates)

-- name: pairs
select
    scored.record_no_l,
    scored.record_no_r,
    scored.match_weight,
    scored.match_probability,
    rules.rule,
    scored_with.model_version
from scored
cross join scored_with
left join rules on cast(scored.match_key as varchar) = rules.match_key

-- name: ledger
select keys.record_no, keys.digest, scored_with.scored_with, keys.* exclude (record_no, digest)
from keys
cross join scored_with
