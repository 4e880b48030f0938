with stakes as (
    select member.profile_id, count(distinct member.record_id) as records, coalesce(sum(orders.amount), 0) as spent
    from identity.identity_map as member
    left join unified.orders as orders on member.record_id = orders.record_id
    group by member.profile_id
),

waiting as (
    select
        record_no_l,
        record_no_r,
        'grey zone' as reason,
        match_probability,
        4 * match_probability * (1 - match_probability) as uncertainty
    from identity.scored_pairs
    cross join thresholds
    where match_probability >= thresholds.review_from and match_probability < thresholds.merge_from
    union all
    select
        record_no_l,
        record_no_r,
        case when evidence = 'must_link' then 'a must_link that is not kept' else 'held apart by a guard' end,
        1 / (1 + pow(2, -strength)),
        1
    from identity.links
    where strength is not null
),

decided as (
    select distinct
        least(l.profile_id, r.profile_id) as one_profile,
        greatest(l.profile_id, r.profile_id) as other_profile
    from identity.links
    join identity.identity_map as l on links.record_no_l = l.record_no
    join identity.identity_map as r on links.record_no_r = r.record_no
    where links.evidence = 'cannot_link'
),

cases as (
    select
        l.record_id as one,
        r.record_id as other,
        l.profile_id as one_profile,
        r.profile_id as other_profile,
        waiting.reason,
        waiting.match_probability,
        waiting.uncertainty,
        count(*) over (partition by least(l.profile_id, r.profile_id), greatest(l.profile_id, r.profile_id)) as pairs
    from waiting
    join identity.identity_map as l on waiting.record_no_l = l.record_no
    join identity.identity_map as r on waiting.record_no_r = r.record_no
    anti join decided
        on least(l.profile_id, r.profile_id) = decided.one_profile
        and greatest(l.profile_id, r.profile_id) = decided.other_profile
    where l.profile_id <> r.profile_id
    qualify row_number() over (
        partition by least(l.profile_id, r.profile_id), greatest(l.profile_id, r.profile_id)
        order by waiting.uncertainty desc, waiting.match_probability desc, l.record_id, r.record_id
    ) = 1
),

worth as (
    select
        cases.*,
        a.records + b.records as records,
        a.spent + b.spent as spent,
        cases.uncertainty * (a.records + b.records) * (1 + a.spent + b.spent) as priority
    from cases
    join stakes as a on cases.one_profile = a.profile_id
    join stakes as b on cases.other_profile = b.profile_id
)

select
    row_number() over (order by priority desc, least(one, other), greatest(one, other)) as rank,
    least(one, other) as record_id_l,
    greatest(one, other) as record_id_r,
    reason,
    match_probability,
    pairs,
    records,
    spent,
    round(priority, 6) as priority
from worth
