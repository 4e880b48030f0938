select coalesce(living.profile_id, profiles.profile_id) as profile_id
from (select distinct profile_id from identity.identity_map) as living
full join profile.profiles as profiles on living.profile_id = profiles.profile_id
where living.profile_id is null or profiles.profile_id is null
