with recursive merged as (
    select profile_id, max_by(other_profile_id, event_no) as heir
    from identity.identity_events
    where event = 'merge'
    group by profile_id
),

alive as (
    select distinct profile_id from identity.identity_map
),

followed as (
    select distinct profile_id, profile_id as reached
    from identity.identity_events
    where event = 'mint'
    union all
    select followed.profile_id, merged.heir
    from followed
    join merged on followed.reached = merged.profile_id
    where followed.reached not in (select profile_id from alive)
)

select
    followed.profile_id,
    max(case when alive.profile_id is not null then followed.reached end) as current_profile_id
from followed
left join alive on followed.reached = alive.profile_id
group by followed.profile_id
