-- name: sampled_records
select record_no
from identity.linkage_records
order by md5(record_id)
limit 10000

-- name: self_pairs
select '0' as match_key, record_no as join_key_l, record_no as join_key_r from sampled_records

-- name: unlinkable
select threshold, avg(case when scored.match_probability < threshold then 1 else 0 end) as unlinkable
from scored_alone as scored
cross join (select unnest([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999]) as threshold)
group by threshold
order by threshold

-- name: rescored
select
    coalesce(old.match_probability, 0) as old_probability,
    coalesce(new.match_probability, 0) as new_probability
from scored_old as old
full join scored_new as new on old.record_no_l = new.record_no_l and old.record_no_r = new.record_no_r

-- name: compared
select
    count(*) filter (where old_probability >= merge_from and new_probability >= merge_from) as both_link,
    count(*) filter (where old_probability >= merge_from and new_probability < merge_from) as only_old_links,
    count(*) filter (where old_probability < merge_from and new_probability >= merge_from) as only_new_links
from rescored
cross join asked
