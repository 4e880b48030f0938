with asked as (
    select distinct channel, purpose from profile.consent_state
)

select points.profile_id, asked.channel, asked.purpose
from (select distinct profile_id from profile.profile_contact_points) as points
cross join asked
anti join profile.consent_state as state
    on points.profile_id = state.profile_id and asked.channel = state.channel and asked.purpose = state.purpose
