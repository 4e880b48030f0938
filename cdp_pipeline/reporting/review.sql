-- name: asked_pairs
select
    queue.rank,
    least(l.record_no, r.record_no) as record_no_l,
    greatest(l.record_no, r.record_no) as record_no_r,
    l.component
from identity.review_queue as queue
join identity.identity_map as l on queue.record_id_l = l.record_id
join identity.identity_map as r on queue.record_id_r = r.record_id
cross join asked
where queue.rank <= asked.top

-- name: queue
select
    '' as decision,
    queue.record_id_l,
    queue.record_id_r,
    '' as decided_by,
    '' as decided_on,
    queue.reason,
    queue.rank,
    queue.match_probability,
    queue.pairs,
    queue.records,
    queue.spent,
    l.full_name as full_name_l,
    r.full_name as full_name_r,
    l.birth_date as birth_date_l,
    r.birth_date as birth_date_r,
    l.email as email_l,
    r.email as email_r,
    l.phone as phone_l,
    r.phone as phone_r,
    l.street as street_l,
    r.street as street_r,
    l.city as city_l,
    r.city as city_r
from identity.review_queue as queue
join unified.person_records as l on queue.record_id_l = l.record_id
join unified.person_records as r on queue.record_id_r = r.record_id
cross join asked
where queue.rank <= asked.top
order by queue.rank

-- name: wanted_components
select component, min(rank) as rank
from asked_pairs
group by component
order by rank, component
limit 20

-- name: candidates
with shown as (
    select links.record_no_l, links.record_no_r
    from identity.links as links
    join identity.identity_map as l on links.record_no_l = l.record_no
    where l.component in (select component from wanted_components)
    union
    select record_no_l, record_no_r from asked_pairs
)

select '0' as match_key, record_no_l as join_key_l, record_no_r as join_key_r
from shown

-- name: compared_records
select *
from identity.linkage_records
where record_no in (select join_key_l from candidates union all select join_key_r from candidates)

-- name: named_candidates
select '0' as match_key, l.record_id as join_key_l, r.record_id as join_key_r
from candidates
join compared_records as l on candidates.join_key_l = l.record_no
join compared_records as r on candidates.join_key_r = r.record_no

-- name: clustered_records
select cast(member.component as varchar) as cluster_id, records.*
from compared_records as records
join identity.identity_map as member on records.record_no = member.record_no
