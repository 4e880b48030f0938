select
    profile_id,
    birth_date,
    gender,
    postcode,
    region,
    country,
    language,
    records,
    sources,
    confidence,
    preferred_channel
from profile.profiles
