-- name: overlaps
select clusters.cluster, before.profile_id, count(*) as shared
from clusters
join before on before.record_no = clusters.record_no
group by clusters.cluster, before.profile_id

-- name: kept
select cluster, profile_id
from overlaps
qualify count(*) over (partition by cluster) = 1 and count(*) over (partition by profile_id) = 1

-- name: contested
select overlaps.*
from overlaps
anti join kept on overlaps.cluster = kept.cluster

-- name: issued
select profile_id, min(happened_on) as happened_on
from identity.identity_events
where event = 'mint' and profile_id in (select profile_id from contested)
group by profile_id

-- name: contest
select contested.cluster, contested.profile_id, contested.shared, coalesce(cast(issued.happened_on as varchar), '')
from contested
left join issued on contested.profile_id = issued.profile_id

-- name: minted
with unnamed as (
    select distinct clusters.cluster
    from clusters
    where clusters.cluster not in (select cluster from kept union all select cluster from assigned)
)

select cluster, id_of('P', cluster || '#0') as profile_id from unnamed

-- name: minted_twice
select cluster
from minted
where profile_id in (select profile_id from minted group by profile_id having count(*) > 1)

-- name: minted_again
select cluster
from minted
where profile_id in (select profile_id from identity.identity_events where event = 'mint')

-- name: issued_of_asked
select asked.profile_id
from asked
semi join (select profile_id from identity.identity_events where event = 'mint') as minted_ever
    on asked.profile_id = minted_ever.profile_id

-- name: ids
select cluster, profile_id from kept
union all
select cluster, profile_id from assigned
union all
select cluster, profile_id from minted where cluster not in (select cluster from reminted)
union all
select cluster, profile_id from reminted
