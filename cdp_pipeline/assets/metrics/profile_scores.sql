-- name: reasons
-- The three that moved the score most; a struct is ordered by its fields, one after another.
with ranked as (
    select
        profile_id,
        list_sort(list_transform(
            list_filter(effects, lambda effect : round(effect.added, 9) <> 0),
            lambda effect : {'weight': -abs(round(effect.added, 9)), 'label': effect.label, 'value': effect.value, 'raises': effect.added > 0}
        ))[1:3] as foremost
    from effects
)

select
    profile_id,
    array_to_string(
        list_transform(
            foremost,
            lambda reason : reason.label || ': ' || cast(round(reason.value, 2) as varchar)
                || case when reason.raises then ' (raises it)' else ' (lowers it)' end
        ), '; '
    ) as reasons
from ranked
where array_length(foremost) > 0

-- name: scored
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
