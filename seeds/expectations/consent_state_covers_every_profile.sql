select profiles.profile_id, consent_pairs.channel, consent_pairs.purpose
from profile.profiles as profiles
cross join consent_pairs
anti join profile.consent_state as state
    on profiles.profile_id = state.profile_id
    and consent_pairs.channel = state.channel
    and consent_pairs.purpose = state.purpose
