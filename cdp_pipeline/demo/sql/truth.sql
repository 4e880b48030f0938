-- What the pipeline must find out; it never reads these files.

-- records.csv
select case source_table when 'subscribers' then 'email_marketing.subscribers' when 'service_contacts' then 'service_desk.contacts'
        when 'crm_contacts' then 'sales_crm.contacts' when 'crm_leads' then 'sales_crm.leads' when 'accounts' then 'web_shop.accounts'
        when 'loyalty_members' then 'store_pos.members' else 'spreadsheets.vip' end || ':' || record_key as record_id, person_id
from records where source_table <> 'vip_list' order by record_id;

-- purchases.csv
select person_id, kind, order_no, min(day) as day, sum(quantity * price) as amount from bought group by person_id, kind, order_no order by order_no;

-- consents.csv
select person_id, 'email' as channel, 'newsletter' as purpose, chance(noise, 'newsletter') < .72 as granted, created_at as decided_at from records where source_table = 'subscribers'
union all select person_id, 'email', 'newsletter', chance(noise, 'accord') < .55, created_at from records where source_table = 'loyalty_members'
union all select person_id, 'email', 'newsletter', false, happened_at from email_events where event = 'unsubscribed'
order by all;

-- erasures.csv
select person_id, given_name, family_name, own_email as email from people where wants_erasure order by person_id;
