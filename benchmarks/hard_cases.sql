with records as (
    select compared.*, truth.person, member.profile_id
    from identity.linkage_records as compared
    join truth on compared.record_id = truth.record_id
    join identity.identity_map as member on compared.record_id = member.record_id
),

alike as (
    select a.record_no as l, b.record_no as r
    from records as a
    join records as b on a.given = b.given and a.family = b.family and a.city = b.city and a.person < b.person
    union
    select a.record_no, b.record_no
    from records as a
    join records as b on a.birth = b.birth and a.street = b.street and a.family = b.family and a.person < b.person
    union
    select a.record_no, b.record_no
    from records as a
    join records as b on a.email = b.email and a.person < b.person
),

cases as (
    select distinct
        a.person as one,
        b.person as other,
        case
            when a.given = b.given and a.street = b.street then 'one name, one address'
            when a.given = b.given then 'one name, one town'
            when a.birth = b.birth and a.street = b.street then 'twins'
            else 'one mailbox'
        end as kind
    from alike
    join records as a on alike.l = a.record_no
    join records as b on alike.r = b.record_no
),

merged as (
    select distinct a.person as one, b.person as other
    from records as a
    join records as b on a.profile_id = b.profile_id and a.person < b.person
)

select cases.kind, count(*) as cases, count(merged.one) as wrong
from cases
left join merged on cases.one = merged.one and cases.other = merged.other
group by cases.kind
order by cases.kind
