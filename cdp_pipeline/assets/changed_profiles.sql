-- name: follows
select count(*) > 0
from profile.profile_builds as built
join build on built.table_name = build.table_name and built.rules = build.rules
where built.as_of <= build.as_of and build.state - built.state = 1

-- name: changed_profiles
select changes.profile_id
from profile.profile_changes as changes
join build on changes.state = build.state
where changes.has_changed

-- name: aged
select profile_id
from states
where reason = 'minor' or (reason = 'decision' and expires_on < (select max(day) from run_days))

-- name: other_preferences
select preferences.profile_id
from profile.contact_preferences as preferences
join profile.profiles as standing on preferences.profile_id = standing.profile_id
where preferences.preferred_channel is distinct from standing.preferred_channel
    or preferences.messages_lately is distinct from standing.messages_lately
    or preferences.is_pressed is distinct from standing.is_pressed

-- name: size_of_change
select (select count(distinct profile_id) from changed_profiles), (select count(*) from profile.profile_changes)

-- name: changed_records
select record_id from identity.identity_map where profile_id in (select profile_id from changed_profiles)
