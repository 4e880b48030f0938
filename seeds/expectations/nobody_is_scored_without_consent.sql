select scores.profile_id, scores.model
from metrics.profile_scores as scores
anti join (
    select profile_id from profile.consent_state where purpose = 'profiling' and status = 'granted'
) as allowed on scores.profile_id = allowed.profile_id
where scores.as_of_day = (select max(newest.as_of_day) from metrics.profile_scores as newest)
