-- name: scored
with ranked as (
    select
        profile_id, label, value, added,
        row_number() over (partition by profile_id order by abs(round(added, 9)) desc, label) as place
    from added
),

reasons as (
    select
        profile_id,
        string_agg(
            label || ': ' || cast(round(value, 2) as varchar) || case when added >= 0 then ' (raises it)' else ' (lowers it)' end,
            '; ' order by place
        ) as reasons
    from ranked
    where place <= 3 and round(added, 9) <> 0
    group by profile_id
)

select
    cutoff.day as as_of_day,
    scores.profile_id,
    scored_model.model,
    round(scores.score, 9) as score,
    ntile(10) over (order by round(scores.score, 9) desc, scores.profile_id) as decile,
    scores.choice,
    reasons.reasons
from scores
cross join cutoff
cross join scored_model
left join reasons on scores.profile_id = reasons.profile_id
