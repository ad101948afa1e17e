"""Rows of invoices that the statements of other rooms join, so that these rooms name no table of this one."""

from typing import Final

# Of a longer number lpad would cut the end, so the length grows with it.
PRINTED: Final = "s.prefix || lpad(i.number::text, greatest(6, length(i.number::text)), '0')"
"""The number of an invoice `i` of a series `s`, as people read it."""
DOCUMENTS: Final = f"""(
    SELECT i.account_id, i.id, i.kind, i.total, i.number, {PRINTED} AS printed
    FROM invoices_invoice i LEFT JOIN invoices_series s ON s.id = i.series_id
)"""
"""Invoices and credit notes; `printed` is the number as people read it."""
