"""How an invoice or credit note stands."""

from datetime import date

from bursar.invoices.queries import Document


def status(document: Document, left: int, today: date) -> str:
    """paid, open or overdue for an invoice; settled or open for a credit note."""
    if left == 0:
        return "paid" if document.kind == "invoice" else "settled"
    return "overdue" if document.kind == "invoice" and document.due_on < today else "open"
