-- Touches are read anew for each count: put by for all of them they would take longer, and the memory of all.
with touches as not materialized (
    select
        run_days.day as as_of_day,
        timeline.profile_id,
        timeline.touch_id,
        timeline.occurred_at,
        timeline.occurred_on,
        timeline.channel, timeline.event,
        timeline.campaign_id,
        timeline.event <> 'sent' as is_active, timeline.occurred_on > run_days.day - 90 as is_recent,
        timeline.occurred_on > run_days.day - 365 as is_of_the_year
    from profile.timeline as timeline
    join run_days on timeline.occurred_on <= run_days.day
    where timeline.profile_id is not null
),

counted as (
    select
        as_of_day,
        profile_id,
        count(*) filter (where event = 'sent' and is_recent) as emails_sent_90d,
        count(*) filter (where event = 'opened' and is_recent) as emails_opened_90d,
        count(*) filter (where event = 'clicked' and is_recent) as emails_clicked_90d,
        count(*) filter (where event = 'viewed' and is_recent) as web_views_90d,
        count(*) filter (where event = 'watched' and is_recent) as videos_watched_90d,
        count(*) filter (where event = 'attended' and is_of_the_year) as events_attended_365d,
        count(*) filter (where event = 'case' and is_of_the_year) as cases_365d,
        max(occurred_on) as last_touch_on,
        max(occurred_on) filter (where is_active) as last_active_on
    from touches
    group by as_of_day, profile_id
),

active_days as (
    select as_of_day, profile_id, count(*) as active_days_90d
    from (select distinct as_of_day, profile_id, occurred_on from touches where is_active and is_recent) as days
    group by as_of_day, profile_id
),

campaigns as (
    select
        as_of_day,
        profile_id,
        min_by(campaign_id, (occurred_at, touch_id)) as first_campaign_id,
        max_by(campaign_id, (occurred_at, touch_id)) as last_campaign_id
    from touches
    where is_active and campaign_id is not null
    group by as_of_day, profile_id
),

channels as (
    select as_of_day, profile_id, channel, count(*) as touches
    from touches
    where is_active and is_recent and channel is not null
    group by as_of_day, profile_id, channel
),

-- A zone's hour is worked out once a minute, not once a touch.
local_hours as (
    select minutes.minute, hour(local_time(minutes.minute, deployment.timezone)) as hour
    from (select distinct date_trunc('minute', occurred_at) as minute from touches where is_of_the_year) as minutes
    cross join deployment
),

-- Of touches in which people choose the hour themselves.
hours as (
    select touches.as_of_day, touches.profile_id, local_hours.hour, count(*) as touches
    from touches
    join local_hours on date_trunc('minute', touches.occurred_at) = local_hours.minute
    where touches.is_of_the_year and touches.event in ('opened', 'clicked', 'viewed', 'watched')
    group by touches.as_of_day, touches.profile_id, local_hours.hour
),

preferred_channels as (
    select as_of_day, profile_id, max_by(channel, (touches, channel)) as engaged_channel
    from channels
    group by as_of_day, profile_id
),

preferred_hours as (
    select as_of_day, profile_id, max_by(hour, (touches, -hour)) as preferred_hour
    from hours
    group by as_of_day, profile_id
),

satisfaction as (
    select
        run_days.day as as_of_day,
        member.profile_id,
        max_by(cases.satisfaction_score, (cases.opened_at, cases.case_id)) as last_satisfaction_score,
        avg(cases.satisfaction_score) as average_satisfaction_score
    from unified.service_cases as cases
    join identity.identity_map as member on cases.record_id = member.record_id
    join run_days on cases.opened_on <= run_days.day
    where cases.satisfaction_score is not null
    group by run_days.day, member.profile_id
)

select
    counted.as_of_day,
    counted.profile_id,
    counted.emails_sent_90d,
    counted.emails_opened_90d,
    counted.emails_clicked_90d,
    counted.emails_clicked_90d / nullif(counted.emails_sent_90d, 0) as email_click_rate_90d,
    counted.web_views_90d,
    counted.videos_watched_90d,
    counted.events_attended_365d,
    counted.cases_365d,
    coalesce(active_days.active_days_90d, 0) as active_days_90d,
    preferred_channels.engaged_channel,
    preferred_hours.preferred_hour,
    campaigns.first_campaign_id,
    campaigns.last_campaign_id,
    satisfaction.last_satisfaction_score,
    satisfaction.average_satisfaction_score,
    counted.last_touch_on,
    counted.last_active_on
from counted
left join active_days on counted.as_of_day = active_days.as_of_day and counted.profile_id = active_days.profile_id
left join campaigns on counted.as_of_day = campaigns.as_of_day and counted.profile_id = campaigns.profile_id
left join preferred_channels on counted.as_of_day = preferred_channels.as_of_day and counted.profile_id = preferred_channels.profile_id
left join preferred_hours on counted.as_of_day = preferred_hours.as_of_day and counted.profile_id = preferred_hours.profile_id
left join satisfaction on counted.as_of_day = satisfaction.as_of_day and counted.profile_id = satisfaction.profile_id
