with departures as (
    select segment, profile_id, list(as_of_day) as left_days
    from segments.segment_changes
    where change = 'left'
    group by segment, profile_id
),

stays as (
    select
        entries.segment,
        entries.profile_id,
        entries.as_of_day as entered_on,
        list_min(list_filter(departures.left_days, lambda left_day : left_day > entries.as_of_day)) as left_on
    from segments.segment_changes as entries
    left join departures on entries.segment = departures.segment and entries.profile_id = departures.profile_id
    where entries.change = 'entered'
)

select
    stays.segment,
    stays.profile_id,
    stays.entered_on,
    stays.left_on,
    coalesce(stays.left_on, (select max(as_of_day) from segments.segment_changes)) - stays.entered_on as days
from stays
