with lines as (
    select ticket, sum(montant) as montant from staging.store_pos__receipt_lines group by ticket
)

select receipts.ticket, receipts.total as stated, lines.montant as sum_of_lines
from lines
join staging.store_pos__receipts as receipts on lines.ticket = receipts.ticket
where receipts.total <> lines.montant
