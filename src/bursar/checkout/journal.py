"""The journal of an account, computed from its documents and payments."""

from uuid import UUID

from bursar.core.billing.journal import Movement, journal
from bursar.invoices import queries as invoices
from bursar.payments.received import movements

EVERY = 100_000


def journal_of_account(account_id: UUID) -> str:
    """Return every document, payment, refund and reversal as balanced double entry."""
    documents = reversed(invoices.documents(account_id, before=None, limit=EVERY))
    money = [
        Movement(moved.on, str(number), moved.amount_minor, moved.currency, moved.kind)
        for number, moved in enumerate(movements(account_id), 1)
    ]
    return journal([*documents, *money])


def journal_of_invoice(account_id: UUID, invoice_id: UUID) -> str:
    """Return one document as balanced double entry. Errors: NotFound."""
    return journal([invoices.document(account_id, invoice_id)])
