select members.segment, members.profile_id
from segments.segment_members as members
anti join profile.profiles as profiles on members.profile_id = profiles.profile_id
where members.as_of_day = (select max(newest.as_of_day) from segments.segment_members as newest)
