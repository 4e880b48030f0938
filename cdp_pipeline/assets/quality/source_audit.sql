-- name: known_only_here
select records.source, records.source_table, avg(case when profiles.sources = 1 then 1.0 else 0.0 end) as known_only_here
from unified.person_records as records
join identity.identity_map as member on records.record_id = member.record_id
join profile.profiles as profiles on member.profile_id = profiles.profile_id
group by records.source, records.source_table
