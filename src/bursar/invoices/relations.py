"""Rows of invoices that the statements of other rooms join, so that these rooms name no table of this one."""

from typing import Final

DOCUMENTS: Final = """(
    SELECT i.account_id, i.id, i.kind, i.total, i.number, s.prefix || lpad(i.number::text, 6, '0') AS printed
    FROM invoices_invoice i LEFT JOIN invoices_series s ON s.id = i.series_id
)"""
"""Invoices and credit notes; `printed` is the number as people read it."""
