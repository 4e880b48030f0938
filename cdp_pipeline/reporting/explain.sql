-- name: members
select member.record_no, member.record_id, member.profile_id, member.component
from identity.identity_map as member
join asked_profiles on member.profile_id = asked_profiles.profile_id
order by member.record_id

-- name: links
select links.record_no_l, links.record_no_r, links.evidence, links.strength
from identity.links as links
join members as l on links.record_no_l = l.record_no
join members as r on links.record_no_r = r.record_no
order by links.strength desc nulls last, links.record_no_l, links.record_no_r

-- name: identifiers
select wanted.record_no_l, wanted.record_no_r, a.type, a.value
from wanted
join members as l on wanted.record_no_l = l.record_no
join members as r on wanted.record_no_r = r.record_no
join unified.identifiers as a on a.record_id = l.record_id
join unified.identifiers as b on b.record_id = r.record_id and a.type = b.type and a.value = b.value
anti join identity.shared_identifiers as shared on a.type = shared.type and a.value = shared.value
order by all

-- name: shared_identifiers
select a.type, a.value, any_value(shared.reason), any_value(shared.records)
from unified.identifiers as a
join unified.identifiers as b on a.type = b.type and a.value = b.value
join identity.shared_identifiers as shared on a.type = shared.type and a.value = shared.value
join asked_records as l on a.record_id = l.record_id
join asked_records as r on b.record_id = r.record_id and l.record_no < r.record_no
group by a.type, a.value
order by all

-- name: asked_records
select record_no, record_id from identity.linkage_records
where record_no in (select record_no_l from wanted union all select record_no_r from wanted)

-- name: compared_records
select * from identity.linkage_records
where record_no in (select record_no_l from wanted union all select record_no_r from wanted)

-- name: candidates
select '0' as match_key, record_no_l as join_key_l, record_no_r as join_key_r from wanted

-- name: scored
select pairs.rule
from identity.scored_pairs as pairs
join wanted on pairs.record_no_l = wanted.record_no_l and pairs.record_no_r = wanted.record_no_r

-- name: clusters
select record_no, component as cluster from members

-- name: clashes
select record_no_l, record_no_r from conflicts
