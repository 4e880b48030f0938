with lines as (
    select ticket, sum(montant) as montant from staging.store_pos__receipt_lines group by ticket
)

select receipts.ticket, receipts.total as stated, lines.montant as sum_of_lines
from staging.store_pos__receipts as receipts
left join lines on receipts.ticket = lines.ticket
where receipts.total is distinct from lines.montant
    -- the table may be the lines of a day
    and receipts._extract_date in (select delivered._extract_date from staging.store_pos__receipt_lines as delivered)
