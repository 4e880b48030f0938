-- Adrian Keller, by construction: four systems, four spellings, one person (his id is the number of people).
insert into people
select getvariable('people'), getvariable('people') + 4, 'single', 'm', date '1984-04-17', 'Adrian', 'Keller', null, '12 rue de la République',
    {'city': 'Lyon', 'postcode': '69002', 'country': 'FR', 'area': 'metropole', 'rank': 6}, null, null,
    'adrian.keller@gmail.com', null, '0611223344', null, false, false;

insert into records
select v.source_table, v.record_key, getvariable('people'), hash(v.source_table, 'adrian'), getvariable('first_day'), null, getvariable('first_day') - 1900,
    'm', false, getvariable('people') + 4, v.given_name, v.family_name, v.birth_date, v.email, v.phone, v.street,
    {'city': v.city, 'postcode': v.postcode, 'country': 'FR', 'area': 'metropole', 'rank': 6}, v.no_address
from (values
    ('subscribers', 's900001', 'Adrian', 'Keller', null, 'adrian.keller@gmail.com', null, null, 'Lyon', '69002', true),
    ('crm_contacts', 'c900001', 'Adrian', 'KELLER', date '1984-04-17', 'adriankeller+crm@gmail.com', '06.11.22.33.44', '12, Rue de la Republique', 'LYON', '69002', false),
    ('accounts', 'a900001', 'Adrian', 'Kéller', date '1984-04-17', 'Adrian.Keller@Gmail.com', '+33 6 11 22 33 44', '12 r. de la République', 'Lyon 2e', '69002', false),
    ('loyalty_members', 'l900001', 'A.', 'KELLER', date '1984-04-17', null, '0611223344', '12 RUE DE LA REPUBLIQUE', 'LYON', '69002', false)
) v(source_table, record_key, given_name, family_name, birth_date, email, phone, street, city, postcode, no_address);

-- Five years of e-mails, one a fortnight; he opens some and clicks on clothing. The last campaign advertises the jumper.
insert into campaigns
select 'C900', 'Jumper Merino men', category, sku, getvariable('last_day') - 5, getvariable('last_day') + 14 from articles where sku = 'JUM-021';
insert into email_events
with sent as (
    select range as number, getvariable('last_day') - 2 - cast(range * 14 as int) as day,
        case when range = 0 then 'C900' when range % 3 = 0 then 'C0' || lpad(cast(range % 40 as varchar), 2, '0') else 'C0' || lpad(cast((range * 7) % 40 as varchar), 2, '0') end as campaign_id
    from range(130)
),
described as (select s.*, category from sent s join campaigns using (campaign_id))
select 'EA' || cast(number as varchar) || 'S', 's900001', getvariable('people'), greatest(day, getvariable('first_day') - 1830), moment(day, .3), 'sent', campaign_id, category from described
union all select 'EA' || cast(number as varchar) || 'O', 's900001', getvariable('people'), day, moment(day, .4), 'opened', campaign_id, category from described where number % 3 = 0
union all select 'EA' || cast(number as varchar) || 'C', 's900001', getvariable('people'), day, moment(day, .41), 'clicked', campaign_id, category from described
    where category in ('jumpers', 'jackets', 'trousers', 'shirts') and number % 2 = 0;

-- Boots each autumn, sandals each spring, and the jumper last week: in a shop, on his card.
insert into bought
select 'receipt', 'l900001', getvariable('people'), v.day, moment(v.day, .5), .1, hash(v.day, 'adrian'), 'RA' || strftime(v.day, '%Y%m%d'), 1, p.sku, p.name, 1, p.price
from (
    select make_date(year(getvariable('last_day')) - range, 10, 3) as day, 'boots' as category from range(1, 6)
    union all select make_date(year(getvariable('last_day')) - range, 4, 21), 'sandals' from range(0, 5)
    union all select getvariable('last_day') - 4, 'jumpers'
) v join articles p on p.category = v.category and p.place = (select min(place) from articles a where a.category = v.category and a.audience = 'men');

-- Group-travel videos from a laptop and a phone; he signs in on one visit with each, and the phone comes back the next day.
insert into hits
select 'HA' || v.number, getvariable('people'), getvariable('last_day') - v.back, v.visitor_id, moment(getvariable('last_day') - v.back, v.share), v.device, 'video',
    'video/group-travel', null, 'travel', v.login
from (values ('1', 40, 'vadrianlaptop', .6, 'laptop', null), ('2', 20, 'vadrianlaptop', .6, 'laptop', 'a900001'), ('3', 6, 'vadrianlaptop', .7, 'laptop', null),
    ('4', 3, 'vadrianphone', .2, 'phone', 'a900001'), ('5', 2, 'vadrianphone', .8, 'phone', null), ('6', 1, 'vadrianphone', .5, 'phone', null)
) v(number, back, visitor_id, share, device, login);
