with ordered as (
    select member.profile_id, orders.order_id, orders.ordered_on, orders.channel, orders.amount
    from unified.orders as orders
    join identity.identity_map as member on orders.record_id = member.record_id
),

purchases as (
    select
        run_days.day as as_of_day,
        ordered.profile_id,
        count(*) as frequency,
        sum(ordered.amount) as monetary_value,
        min(ordered.ordered_on) as first_order_on,
        max(ordered.ordered_on) as last_order_on,
        count(*) filter (where ordered.channel = 'web') as web_orders,
        count(*) filter (where ordered.channel = 'store') as store_orders
    from ordered
    join run_days on ordered.ordered_on <= run_days.day
    group by run_days.day, ordered.profile_id
),

ranked as (
    select
        as_of_day,
        profile_id,
        ntile(5) over (partition by as_of_day order by last_order_on, profile_id) as rfm_recency,
        ntile(5) over (partition by as_of_day order by frequency, last_order_on, profile_id) as rfm_frequency,
        ntile(5) over (partition by as_of_day order by monetary_value, profile_id) as rfm_monetary
    from purchases
),

bought as (
    select run_days.day as as_of_day, timeline.profile_id, timeline.category, count(*) as articles, sum(timeline.amount) as amount
    from profile.timeline as timeline
    join run_days on timeline.occurred_on <= run_days.day
    where timeline.event = 'bought' and timeline.profile_id is not null and timeline.category is not null
    group by run_days.day, timeline.profile_id, timeline.category
),

favourites as (
    select as_of_day, profile_id, max_by(category, (articles, amount, category)) as favourite_category
    from bought
    group by as_of_day, profile_id
),

touches as (
    select
        run_days.day as as_of_day,
        timeline.profile_id,
        count(*) filter (where timeline.event = 'sent' and timeline.occurred_on > run_days.day - 90) as emails_sent_90d,
        count(*) filter (where timeline.event = 'opened' and timeline.occurred_on > run_days.day - 90) as emails_opened_90d,
        count(*) filter (where timeline.event = 'clicked' and timeline.occurred_on > run_days.day - 90) as emails_clicked_90d,
        count(*) filter (where timeline.event = 'viewed' and timeline.occurred_on > run_days.day - 90) as web_views_90d,
        count(*) filter (where timeline.event = 'watched' and timeline.occurred_on > run_days.day - 90) as videos_watched_90d,
        count(*) filter (where timeline.event = 'attended' and timeline.occurred_on > run_days.day - 365) as events_attended_365d,
        max(timeline.occurred_on) as last_touch_on
    from profile.timeline as timeline
    join run_days on timeline.occurred_on <= run_days.day
    where timeline.profile_id is not null
    group by run_days.day, timeline.profile_id
),

satisfaction as (
    select
        run_days.day as as_of_day,
        member.profile_id,
        max_by(cases.satisfaction_score, (cases.opened_at, cases.case_id)) as last_satisfaction_score
    from unified.service_cases as cases
    join identity.identity_map as member on cases.record_id = member.record_id
    join run_days on cases.opened_on <= run_days.day
    where cases.satisfaction_score is not null
    group by run_days.day, member.profile_id
)

select
    run_days.day as as_of_day,
    profiles.profile_id,
    run_days.day - purchases.last_order_on as recency_days,
    coalesce(purchases.frequency, 0) as frequency,
    coalesce(purchases.monetary_value, 0) as monetary_value,
    cast(purchases.monetary_value / purchases.frequency as decimal(18, 2)) as average_basket,
    purchases.first_order_on,
    purchases.last_order_on,
    coalesce(purchases.web_orders, 0) as web_orders,
    coalesce(purchases.store_orders, 0) as store_orders,
    ranked.rfm_recency,
    ranked.rfm_frequency,
    ranked.rfm_monetary,
    coalesce(touches.emails_sent_90d, 0) as emails_sent_90d,
    coalesce(touches.emails_opened_90d, 0) as emails_opened_90d,
    coalesce(touches.emails_clicked_90d, 0) as emails_clicked_90d,
    coalesce(touches.web_views_90d, 0) as web_views_90d,
    coalesce(touches.videos_watched_90d, 0) as videos_watched_90d,
    coalesce(touches.events_attended_365d, 0) as events_attended_365d,
    favourites.favourite_category,
    satisfaction.last_satisfaction_score,
    touches.last_touch_on
from profile.profiles as profiles
cross join run_days
left join purchases on profiles.profile_id = purchases.profile_id and run_days.day = purchases.as_of_day
left join ranked on profiles.profile_id = ranked.profile_id and run_days.day = ranked.as_of_day
left join touches on profiles.profile_id = touches.profile_id and run_days.day = touches.as_of_day
left join favourites on profiles.profile_id = favourites.profile_id and run_days.day = favourites.as_of_day
left join satisfaction on profiles.profile_id = satisfaction.profile_id and run_days.day = satisfaction.as_of_day
