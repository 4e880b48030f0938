-- name: decided_records
select record_id
from identity.linkage_records
where record_id in (select record_id_l from decisions union all select record_id_r from decisions)

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

-- name: numbers
select record_no from working order by record_no

-- name: working_links
select links_now.record_no_l, links_now.record_no_r, links_now.strength
from links_now
semi join working as l on links_now.record_no_l = l.record_no
semi join working as r on links_now.record_no_r = r.record_no
where links_now.strength is not null

-- name: broken_records
select clusters.record_no, clusters.cluster
from clusters
semi join broken on clusters.cluster = broken.cluster
order by clusters.cluster, clusters.record_no

-- name: broken_links
select links.record_no_l, links.record_no_r, links.strength
from links
join clusters as l on links.record_no_l = l.record_no
join clusters as r on links.record_no_r = r.record_no and l.cluster = r.cluster
semi join broken on l.cluster = broken.cluster

-- name: broken_conflicts
select record_no_l, record_no_r from conflicts

-- name: no_conflicts
select cast(null as bigint) as record_no_l, cast(null as bigint) as record_no_r where false

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
select distinct clusters.cluster, 'P' || left(md5(clusters.cluster || '#0'), 15) as profile_id
from clusters
where clusters.cluster not in (select cluster from kept union all select cluster from assigned)

-- name: minted_again
select cluster
from minted
where profile_id in (select profile_id from identity.identity_events where event = 'mint')

-- name: ever_issued
select profile_id from identity.identity_events where event = 'mint'

-- name: ids
select cluster, profile_id from kept
union all
select cluster, profile_id from assigned
union all
select cluster, profile_id from minted where cluster not in (select cluster from reminted)
union all
select cluster, profile_id from reminted

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

-- name: map
select * from members

-- name: outdated_records
select record_no from before

-- name: changed_links
select links_now.*
from links_now
semi join link_changes
    on links_now.record_no_l = link_changes.record_no_l and links_now.record_no_r = link_changes.record_no_r

-- name: last_event
select max(event_no) as event_no from identity.identity_events

-- name: events
with both as (
    select
        coalesce(before.record_id, now.record_id) as record_id,
        before.profile_id as old_profile,
        now.profile_id as new_profile
    from before
    full join members as now on before.record_no = now.record_no
    where before.profile_id is distinct from now.profile_id
),

alive as (
    select distinct profile_id from members
),

was_alive as (
    select distinct profile_id from before
),

moved as (
    select old_profile, new_profile, count(*) as records
    from both
    where old_profile is not null and new_profile is not null
    group by old_profile, new_profile
),

ended as (
    select was_alive.profile_id, max_by(moved.new_profile, (moved.records, moved.new_profile)) as heir
    from was_alive
    left join moved on was_alive.profile_id = moved.old_profile
    where was_alive.profile_id not in (select profile_id from alive)
    group by was_alive.profile_id
),

fresh as (
    select profile_id from minted where cluster not in (select cluster from reminted)
    union all
    select profile_id from reminted
),

changes as (
    select 1 as step, 'mint' as event, profile_id, null as record_id, null as other_profile_id
    from fresh
    union all
    select 2, 'leave', old_profile, record_id, null
    from both
    where old_profile is not null
    union all
    select 3, 'join', new_profile, record_id, null
    from both
    where new_profile is not null
    union all
    select 4, 'split', new_profile, null, max_by(old_profile, (records, old_profile))
    from moved
    where new_profile in (select profile_id from fresh)
    group by new_profile
    union all
    select 5, case when heir is null then 'retire' else 'merge' end, profile_id, null, heir
    from ended
)

select
    coalesce((select event_no from last_event), 0)
        + row_number() over (order by step, profile_id, record_id) as event_no,
    today.day as happened_on,
    event,
    profile_id,
    record_id,
    other_profile_id
from changes
cross join today

-- name: events_by_kind
select event, count(*) from events group by event order by event
