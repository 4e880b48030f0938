-- name: lapse_features
with touches as (
    select
        timeline.profile_id,
        count(*) filter (where timeline.event = 'clicked') as clicks,
        count(*) filter (where timeline.event in ('viewed', 'watched')) as views,
        count(distinct timeline.occurred_on) filter (where timeline.event <> 'sent') as active_days
    from profile.timeline as timeline
    semi join histories on timeline.profile_id = histories.profile_id
    join cutoff on timeline.occurred_on <= cutoff.day and timeline.occurred_on > cutoff.day - 90
    group by timeline.profile_id
)

select
    histories.profile_id,
    histories.age_days - histories.recency_days as days_since_purchase,
    histories.repeats + 1 as purchase_days,
    histories.age_days as tenure_days,
    (histories.age_days - histories.recency_days) * (histories.repeats + 1) / greatest(histories.age_days, 1) as overdue,
    histories.spent / (histories.repeats + 1) as mean_spend,
    coalesce(touches.clicks, 0) as clicks,
    coalesce(touches.views, 0) as views,
    coalesce(touches.active_days, 0) as active_days
from histories
left join touches on histories.profile_id = touches.profile_id
