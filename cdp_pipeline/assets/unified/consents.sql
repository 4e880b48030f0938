-- name: unknown
with told as (
    select
        consents.source || '.' || consents.source_table as source,
        case
            when consents.channel not in (select channel from channels) then 'the channel ''' || consents.channel || ''''
            when consents.purpose not in (select purpose from purposes) then 'the purpose ''' || consents.purpose || ''''
            else 'an address or number that its record lacks'
        end as what
    from unified.consents as consents
    left join unified.contact_points as points
        on consents.record_id = points.record_id and consents.contact_point = points.value
    where
        consents.contact_point is not null and points.value is null
        or consents.channel not in (select channel from channels)
        or consents.purpose not in (select purpose from purposes)
)

select source, what, count(*) as decisions
from told
group by source, what
order by source, what
