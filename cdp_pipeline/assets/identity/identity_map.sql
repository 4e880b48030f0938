-- name: members
select records.record_id, ids.profile_id
from clusters
join identity.linkage_records as records on records.record_no = clusters.record_no
join ids on ids.cluster = clusters.cluster

-- name: overlaps
select clusters.cluster, member.profile_id, count(*) as shared
from clusters
join identity.linkage_records as records on records.record_no = clusters.record_no
join identity.identity_map as member on member.record_id = records.record_id
group by clusters.cluster, member.profile_id

-- name: no_overlaps
select 0 as cluster, '' as profile_id, 0 as shared where false

-- name: kept
select cluster, profile_id
from overlaps
qualify count(*) over (partition by cluster) = 1 and count(*) over (partition by profile_id) = 1

-- name: contested
select o.cluster, o.profile_id, o.shared, coalesce(cast(min(e.happened_on) as varchar), '') as minted_on
from overlaps as o
left join issued as e on e.profile_id = o.profile_id
where o.cluster not in (select cluster from kept)
group by o.cluster, o.profile_id, o.shared

-- name: issued
select profile_id, min(happened_on) as happened_on
from identity.identity_events
where event = 'mint'
group by profile_id

-- name: none_issued
select '' as profile_id, cast(null as date) as happened_on where false

-- name: minted
select
    clusters.cluster,
    'P' || left(md5(min(records.record_id) || '#0'), 15) as profile_id,
    min(records.record_id) as seed
from clusters
join identity.linkage_records as records on records.record_no = clusters.record_no
where clusters.cluster not in (select cluster from kept union all select cluster from assigned)
group by clusters.cluster

-- name: minted_again
select cluster, seed from minted where profile_id in (select profile_id from issued)

-- name: ids
select cluster, profile_id from kept
union all
select cluster, profile_id from assigned
union all
select cluster, profile_id from minted where cluster not in (select cluster from reminted)
union all
select cluster, profile_id from reminted
