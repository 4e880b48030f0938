select lines.ticket, lines.ligne, lines._file, lines._line
from staging.store_pos__receipt_lines as lines
anti join staging.store_pos__receipts as receipts on lines.ticket = receipts.ticket
