-- name: links_with_weak
with placed as (
    select connected.component, links.record_no_l, links.record_no_r, links.strength
    from links
    join connected on links.record_no_l = connected.node
)

select placed.*
from placed
semi join (select placed.component from placed, bridge where placed.strength < bridge.weak_below) as weak on placed.component = weak.component

-- name: links_without_bridges
select links.*
from links
anti join bridges on links.record_no_l = bridges.record_no_l and links.record_no_r = bridges.record_no_r

-- name: bridged
select connected.node
from connected
where connected.component in (
    select component from connected where node in (select record_no_l from bridges)
)

-- name: links_of_bridged
select links.record_no_l as node_l, links.record_no_r as node_r
from links
semi join bridged on links.record_no_l = bridged.node

-- name: parted
select * from reconnected
union all
select connected.* from connected anti join bridged on connected.node = bridged.node

-- name: broken_clusters
select clusters.cluster, clusters.record_no as one, cast(null as bigint) as other, cast(null as double) as strength
from clusters
semi join broken on clusters.cluster = broken.cluster
union all
select l.cluster, links.record_no_l, links.record_no_r, links.strength
from links
join clusters as l on links.record_no_l = l.record_no
join clusters as r on links.record_no_r = r.record_no and l.cluster = r.cluster
semi join broken on l.cluster = broken.cluster
union all
select conflicts.cluster, conflicts.record_no_l, conflicts.record_no_r, cast(null as double)
from conflicts
semi join broken on conflicts.cluster = broken.cluster

-- name: settled
select * from cut_anew
union all
select settled.* from settled anti join cut_anew on settled.record_no = cut_anew.record_no

-- name: clusters
select parted.node as record_no, coalesce(settled.cluster, parted.component) as cluster, connected.component
from parted
join connected on parted.node = connected.node
left join settled on parted.node = settled.record_no
