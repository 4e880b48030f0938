-- name: links_within
select l.component, links.record_no_l, links.record_no_r, links.strength
from identity.links as links
join identity.identity_map as l on links.record_no_l = l.record_no
join identity.identity_map as r on links.record_no_r = r.record_no and l.profile_id = r.profile_id
where links.strength is not null

-- name: confidence
with sizes as (
    select profile_id, count(*) as records
    from identity.identity_map
    group by profile_id
),

linked as (
    select member.profile_id, count(*) as links
    from links_within
    join identity.identity_map as member on links_within.record_no_l = member.record_no
    group by member.profile_id
),

held as (
    select member.profile_id, min(tree.strength) as weakest_link, sum(-log2(1 + pow(2, -tree.strength))) as certainty
    from tree
    join identity.identity_map as member on tree.record_no = member.record_no
    group by member.profile_id
),

cut as (
    select profile_id, count(*) as cut_links
    from (
        select unnest([l.profile_id, r.profile_id]) as profile_id
        from identity.links as links
        join identity.identity_map as l on links.record_no_l = l.record_no
        join identity.identity_map as r on links.record_no_r = r.record_no and l.profile_id <> r.profile_id
        where links.strength is not null
    ) as ends
    group by profile_id
)

select
    sizes.profile_id,
    coalesce(linked.links, 0) as links,
    linked.links / nullif(sizes.records * (sizes.records - 1) / 2, 0) as link_density,
    held.weakest_link,
    coalesce(cut.cut_links, 0) as cut_links,
    round(pow(2, coalesce(held.certainty, 0)), 9) as confidence
from sizes
left join linked on sizes.profile_id = linked.profile_id
left join held on sizes.profile_id = held.profile_id
left join cut on sizes.profile_id = cut.profile_id
