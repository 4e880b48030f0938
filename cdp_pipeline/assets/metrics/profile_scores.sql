-- The three that moved the score most are its reasons; a struct is ordered by its fields, one after another.
with ranked as (
    select
        profile_id,
        round(score, 9) as score,
        choice,
        list_sort(list_transform(
            list_filter(effects, lambda effect : round(effect.added, 9) <> 0),
            lambda effect : {'weight': -abs(round(effect.added, 9)), 'label': effect.label, 'value': effect.value, 'raises': effect.added > 0}
        ))[1:3] as foremost
    from scores
),

explained as (
    select
        profile_id,
        score,
        choice,
        case when array_length(foremost) > 0 then array_to_string(
            list_transform(
                foremost,
                lambda reason : reason.label || ': ' || cast(round(reason.value, 2) as varchar)
                    || case when reason.raises then ' (raises it)' else ' (lowers it)' end
            ), '; '
        ) end as reasons
    from ranked
),

-- Beside the reasons, which would have to be put in order too.
deciles as (
    select profile_id, ntile(10) over (order by round(score, 9) desc, profile_id) as decile
    from scores
)

select
    cutoff.day as as_of_day,
    explained.profile_id,
    scored_model.model,
    explained.score,
    deciles.decile,
    explained.choice,
    explained.reasons
from explained
join deciles on explained.profile_id = deciles.profile_id
cross join cutoff
cross join scored_model
