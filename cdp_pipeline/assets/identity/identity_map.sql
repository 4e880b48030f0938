-- name: decided_records
select record_id
from identity.linkage_records
where record_id in (select record_id_l from decisions union all select record_id_r from decisions)

-- name: parted_decisions
select decisions.record_id_l, decisions.record_id_r
from decisions
join identity.identity_map as l on decisions.record_id_l = l.record_id
join identity.identity_map as r on decisions.record_id_r = r.record_id
where decisions.decision = 'must_link' and l.profile_id <> r.profile_id

-- name: clustered_with_another
select count(*) > 0 from identity.identity_map where clustered_with <> (select clustered_with from settings)

-- name: link_changes
select
    coalesce(now.record_no_l, was.record_no_l) as record_no_l,
    coalesce(now.record_no_r, was.record_no_r) as record_no_r
from links_now as now
full join identity.links as was on now.record_no_l = was.record_no_l and now.record_no_r = was.record_no_r
where now.strength is distinct from was.strength or now.evidence is distinct from was.evidence

-- name: touched
with records as (
    select record_no_l as record_no from link_changes
    union
    select record_no_r from link_changes
    union
    select coalesce(content.record_no, was.record_no)
    from content
    full join identity.identity_map as was on content.record_no = was.record_no
    where content.digest is distinct from was.digest
)

select distinct was.component
from identity.identity_map as was
join records on was.record_no = records.record_no

-- name: all_records
select record_no, digest from content

-- name: touched_records
select content.record_no, content.digest
from content
left join identity.identity_map as was on content.record_no = was.record_no
where was.component in (select component from touched) or was.record_no is null

-- name: all_before
select record_number(record_id) as record_no, record_id, profile_id from identity.identity_map

-- name: before
select record_no, record_id, profile_id
from identity.identity_map
where component in (select component from touched)

-- name: working_links
select links_now.record_no_l, links_now.record_no_r, links_now.strength
from links_now
semi join working as l on links_now.record_no_l = l.record_no
semi join working as r on links_now.record_no_r = r.record_no
where links_now.strength is not null

-- name: members
select
    records.record_id,
    ids.profile_id,
    clusters.record_no,
    clusters.component,
    working.digest,
    settings.clustered_with
from clusters
join identity.linkage_records as records on records.record_no = clusters.record_no
join working on working.record_no = clusters.record_no
join ids on ids.cluster = clusters.cluster
cross join settings

-- name: changed_links
select links_now.*
from links_now
semi join link_changes
    on links_now.record_no_l = link_changes.record_no_l and links_now.record_no_r = link_changes.record_no_r
