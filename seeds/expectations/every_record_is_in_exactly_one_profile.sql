select coalesce(records.record_id, member.record_id) as record_id, count(changes.profile_id) as profiles
from unified.person_records as records
full join identity.identity_map as member on records.record_id = member.record_id
left join profile.profile_changes as changes on member.profile_id = changes.profile_id
group by coalesce(records.record_id, member.record_id)
having count(changes.profile_id) <> 1 or count(records.record_id) <> 1
