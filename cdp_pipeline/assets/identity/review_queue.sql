select
    least(l.record_id, r.record_id) as record_id_l,
    greatest(l.record_id, r.record_id) as record_id_r,
    case when pairs.match_probability >= thresholds.merge_from then 'held apart by a guard' else 'grey zone' end as reason,
    pairs.match_probability
from identity.scored_pairs as pairs
join identity.identity_map as l on pairs.record_no_l = l.record_no
join identity.identity_map as r on pairs.record_no_r = r.record_no
cross join thresholds
where l.profile_id <> r.profile_id and pairs.match_probability >= thresholds.review_from
