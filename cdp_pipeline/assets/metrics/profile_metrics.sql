-- Each table's rows of the day are taken before they are joined: a left join would read those of all days.
with purchases as (
    select metrics.*
    from metrics.purchase_metrics as metrics
    join run_days on metrics.as_of_day = run_days.day
),

loved as (
    select metrics.*
    from metrics.favourites as metrics
    join run_days on metrics.as_of_day = run_days.day
),

affinities as (
    select metrics.*
    from metrics.category_affinities as metrics
    join run_days on metrics.as_of_day = run_days.day
    where metrics.rank = 1
),

engagement as (
    select metrics.*
    from metrics.engagement_metrics as metrics
    join run_days on metrics.as_of_day = run_days.day
),

ranked as (
    select
        as_of_day,
        profile_id,
        ntile(5) over (partition by as_of_day order by last_order_on, profile_id) as rfm_recency,
        ntile(5) over (partition by as_of_day order by frequency, last_order_on, profile_id) as rfm_frequency,
        ntile(5) over (partition by as_of_day order by coalesce(monetary_value, 0), profile_id) as rfm_monetary
    from purchases
    where frequency > 0
)

select
    run_days.day as as_of_day,
    profiles.profile_id,
    purchases.recency_days,
    coalesce(purchases.frequency, 0) as frequency,
    coalesce(purchases.monetary_value, 0) as monetary_value,
    purchases.average_basket,
    purchases.first_order_on,
    purchases.last_order_on,
    purchases.tenure_days,
    coalesce(purchases.order_days, 0) as order_days,
    purchases.cadence_days,
    coalesce(purchases.web_orders, 0) as web_orders,
    coalesce(purchases.store_orders, 0) as store_orders,
    purchases.store_share,
    coalesce(purchases.articles_bought, 0) as articles_bought,
    coalesce(purchases.articles_returned, 0) as articles_returned,
    purchases.return_rate,
    purchases.discount_share,
    ranked.rfm_recency,
    ranked.rfm_frequency,
    ranked.rfm_monetary,
    loved.favourite_category,
    loved.favourite_category_confidence,
    loved.favourite_brand,
    loved.favourite_brand_confidence,
    affinities.category as top_category,
    affinities.affinity as top_category_affinity,
    coalesce(engagement.emails_sent_90d, 0) as emails_sent_90d,
    coalesce(engagement.emails_opened_90d, 0) as emails_opened_90d,
    coalesce(engagement.emails_clicked_90d, 0) as emails_clicked_90d,
    engagement.email_click_rate_90d,
    coalesce(engagement.web_views_90d, 0) as web_views_90d,
    coalesce(engagement.videos_watched_90d, 0) as videos_watched_90d,
    coalesce(engagement.events_attended_365d, 0) as events_attended_365d,
    coalesce(engagement.cases_365d, 0) as cases_365d,
    coalesce(engagement.active_days_90d, 0) as active_days_90d,
    engagement.engaged_channel,
    engagement.preferred_hour,
    engagement.first_campaign_id,
    engagement.last_campaign_id,
    engagement.last_satisfaction_score,
    engagement.average_satisfaction_score,
    engagement.last_touch_on,
    engagement.last_active_on
from profile.profiles as profiles
cross join run_days
cross join deployment
left join purchases
    on profiles.profile_id = purchases.profile_id and run_days.day = purchases.as_of_day
left join ranked on profiles.profile_id = ranked.profile_id and run_days.day = ranked.as_of_day
left join loved on profiles.profile_id = loved.profile_id and run_days.day = loved.as_of_day
left join affinities on profiles.profile_id = affinities.profile_id and run_days.day = affinities.as_of_day
left join engagement
    on profiles.profile_id = engagement.profile_id and run_days.day = engagement.as_of_day
-- Nobody is in the table of a day on which no system knew of them.
where
    profiles.first_seen_at is null
    or local_day(profiles.first_seen_at, deployment.timezone) <= run_days.day
    or engagement.last_touch_on is not null
