-- What each system delivers for the day `day`; each query stands after its name.

-- email_marketing/subscribers.csv
select record_key as subscriber_id, lower(email) as email, given_name as first_name, family_name as last_name,
    case when chance(noise, 'language') < .93 then 'fr' else 'en' end as language, case when no_address then null else town.postcode end as postcode,
    case when person_id = getvariable('people') or chance(noise, 'newsletter') < .72 then 'true' else 'false' end as newsletter,
    case when chance(noise, 'ads') < .5 then 'true' else 'false' end as personalised_ads,
    strftime(greatest(created_at, moment(getvariable('first_day') - 5 - cast(floor(chance(noise, 'renewed') * 600) as int), .4)), '%Y-%m-%d %H:%M:%S') as consent_at,
    strftime(created_at, '%Y-%m-%d %H:%M:%S') as created_at,
    strftime(coalesce(case when changes_on <= getvariable('day') then moment(changes_on, .5) end, created_at), '%Y-%m-%d %H:%M:%S') as updated_at
from records
where source_table = 'subscribers' and (arrives_on = getvariable('day') or changes_on = getvariable('day') and arrives_on < changes_on)
order by record_key;

-- email_marketing/email_events.csv
select event_id, subscriber_id, strftime(happened_at, '%Y-%m-%dT%H:%M:%SZ') as occurred_at, event, campaign_id, category
from email_events where case when getvariable('is_first') then day <= getvariable('day') else day = getvariable('day') end order by event_id;

-- service_desk/contacts.jsonl
select record_key as id, case chance(noise, 'order') < .5 when true then upper(family_name) || ' ' || given_name
        else case gender when 'm' then 'M. ' else 'Mme ' end || given_name || ' ' || family_name end as name,
    email, phone, case when no_address then null else {'street': street, 'zip': town.postcode, 'city': town.city, 'country': town.country} end as address,
    strftime(created_at, '%Y-%m-%dT%H:%M:%S') as created, strftime(coalesce(case when changes_on <= getvariable('day') then moment(changes_on, .5) end, created_at), '%Y-%m-%dT%H:%M:%S') as modified
from records where source_table = 'service_contacts' and (arrives_on = getvariable('day') or changes_on = getvariable('day') and arrives_on < changes_on)
order by record_key;

-- service_desk/cases.jsonl
select 'S' || cast(id as varchar) as id, record_key as contact_id, strftime(happened_at, '%Y-%m-%dT%H:%M:%S') as opened,
    case when b < .8 then strftime(happened_at + to_hours(cast(1 + floor(c * 60) as bigint)), '%Y-%m-%dT%H:%M:%S') end as closed,
    draw(['delivery', 'return', 'size', 'refund', 'defect', 'account'], c) as subject,
    case when b < .6 then cast(1 + floor(pow(a, .5) * 5) as int) end as satisfaction
from touches where kind = 'case' and case when getvariable('is_first') then day <= getvariable('day') else day = getvariable('day') end order by id;

-- sales_crm/contacts.csv
select record_key as contact_id, case gender when 'm' then 'M.' else 'Mme' end as salutation, given_name as first_name, upper(family_name) as last_name,
    strftime(birth_date, '%Y-%m-%d') as birth_date, email, phone as mobile, street, town.postcode as postcode, upper(town.city) as city,
    case town.country when 'FR' then 'France' else town.country end as country, strftime(created_at, '%Y-%m-%d %H:%M:%S') as created_at,
    strftime(coalesce(case when changes_on <= getvariable('day') then moment(changes_on, .5) end, created_at), '%Y-%m-%d %H:%M:%S') as updated_at
from records where source_table = 'crm_contacts' and arrives_on <= getvariable('day') and not (wants_erasure and getvariable('day') > getvariable('first_day') + 3)
order by record_key;

-- sales_crm/leads.csv
select record_key as lead_id, given_name || ' ' || family_name as full_name, email, case when no_address then null else town.city end as city,
    draw(['fair', 'web form', 'partner'], chance(noise, 'origin')) as origin, strftime(created_at, '%Y-%m-%d %H:%M:%S') as created_at
from records where source_table = 'crm_leads' and arrives_on = getvariable('day') order by record_key;

-- sales_crm/campaigns.csv
select campaign_id, name, category, sku, strftime(starts_on, '%Y-%m-%d') as starts_on, strftime(ends_on, '%Y-%m-%d') as ends_on from campaigns order by campaign_id;

-- sales_crm/event_attendance.csv
select 'T' || cast(id as varchar) as attendance_id, record_key as contact_id, draw(['outdoor fair', 'shop evening', 'trek talk', 'climbing day'], c) as event_name,
    strftime(happened_at, '%Y-%m-%d %H:%M:%S') as attended_at
from touches where kind = 'attendance' and case when getvariable('is_first') then day <= getvariable('day') else day = getvariable('day') end order by attendance_id;

-- web_shop/accounts.csv
select record_key as account_no, email, given_name as first_name, family_name as last_name, strftime(birth_date, '%Y-%m-%d') as birth_date, phone, street,
    town.postcode as postcode, town.city as city, town.country as country, case when chance(noise, 'card') < .3 then l.card_no end as loyalty_card,
    case when chance(noise, 'optin') < .6 then '1' else '0' end as marketing_optin, case when chance(noise, 'profiling') < .65 or record_key = 'a900001' then '1' else '0' end as profiling_optin,
    strftime(created_at, '%Y-%m-%d %H:%M:%S') as created_at,
    strftime(coalesce(case when changes_on <= getvariable('day') then moment(changes_on, .5) end, created_at), '%Y-%m-%d %H:%M:%S') as updated_at
from records left join (select person_id, min(record_key) as card_no from records where source_table = 'loyalty_members' group by 1) l using (person_id)
where source_table = 'accounts' and (arrives_on = getvariable('day') or changes_on = getvariable('day') and arrives_on < changes_on)
order by account_no;

-- web_shop/orders.csv
select b.order_no, line_no, strftime(happened_at, '%Y-%m-%d %H:%M:%S') as ordered_at, record_key as account_no, draw(['card', 'paypal', 'transfer'], a) as payment_method,
    draw(['home', 'pickup', 'store'], a) as shipping_method, sku, name as article, quantity, price as unit_price, quantity * price as line_total,
    sum(quantity * price) over (partition by b.order_no) as order_total
from bought b where kind = 'order' and case when getvariable('is_first') then day <= getvariable('day') else day = getvariable('day') end order by order_no, line_no;

-- web_analytics/hits.parquet
select hit_id, visitor_id, happened_at as occurred_at, device, kind, page, sku, category, login
from hits where case when getvariable('is_first') then day <= getvariable('day') else day = getvariable('day') end order by hit_id;

-- store_pos/membres.csv
select record_key as carte, upper(family_name) as nom, given_name as prenom, lower(email) as courriel, phone as portable, strftime(birth_date, '%d/%m/%Y') as naissance,
    upper(street) as adresse, town.postcode as cp, upper(town.city) as ville, case when chance(noise, 'accord') < .55 then 'oui' else 'non' end as accord_email,
    case when chance(noise, 'sms') < .3 then 'oui' else 'non' end as accord_sms, strftime(created_at, '%d/%m/%Y') as inscription,
    strftime(coalesce(case when changes_on <= getvariable('day') then moment(changes_on, .5) end, created_at), '%d/%m/%Y %H:%M') as maj
from records where source_table = 'loyalty_members' and arrives_on <= getvariable('day') and not (wants_erasure and getvariable('day') > getvariable('first_day') + 3)
order by carte;

-- store_pos/tickets.csv
select order_no as ticket, strftime(any_value(happened_at), '%d/%m/%Y %H:%M') as date_ticket, 'M' || lpad(cast(1 + any_value(id) % 12 as varchar), 2, '0') as magasin,
    case when any_value(a) < .85 then any_value(record_key) end as carte, replace(cast(sum(quantity * price) as varchar), '.', ',') as total
from bought where kind = 'receipt' and case when getvariable('is_first') then day <= getvariable('day') else day = getvariable('day') end group by order_no order by ticket;

-- store_pos/lignes.csv
select order_no as ticket, line_no as ligne, sku as article, quantity as quantite, replace(cast(quantity * price as varchar), '.', ',') as montant
from bought where kind = 'receipt' and case when getvariable('is_first') then day <= getvariable('day') else day = getvariable('day') end order by ticket, ligne;

-- store_pos/magasins.csv
select 'M' || lpad(cast(range + 1 as varchar), 2, '0') as magasin, 'Boutique ' || town.city as nom, town.city as ville, town.postcode as cp
from range(12), (select getvariable('towns') as towns), lateral (select towns[1 + range * 3] as town) order by magasin;

-- spreadsheets/vip.xlsx
select given_name || ' ' || family_name as "Name", email as "E-mail", town.city as "City", draw(['gold', 'platinum'], chance(noise, 'level')) as "Level"
from records where source_table = 'vip_list' order by record_key limit 20000;

-- spreadsheets/store_targets.xlsx
select 'M' || lpad(cast(range % 12 + 1 as varchar), 2, '0') as "Store", strftime(getvariable('first_day'), '%Y-%m') as "Month", 40000 + (range * 7919) % 30000 as "Target EUR" from range(12) order by 1;
