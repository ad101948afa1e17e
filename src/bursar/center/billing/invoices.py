"""Invoices and credit notes: the list, and each as a document."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bursar.center.billing.payment_tokens import why_no_card
from bursar.center.manage.summary import sums
from bursar.center.visit import Visit, shown, visit
from bursar.core.billing.invoice import Invoice
from bursar.core.billing.payment import document_status
from bursar.core.money.money import Money
from bursar.i18n import money
from bursar.i18n.address import address_lines
from bursar.i18n.lines import lines_shown
from bursar.i18n.payment import status_name
from bursar.invoices.queries import document, documents
from bursar.payments.queries import open_amounts

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """An invoice in the list; `pay` is true if this person may pay its open amount."""

    id: UUID
    number: str
    on: str
    due_on: str
    amount: str
    status: str
    status_said: str
    credit: bool
    pay: bool


@require_safe
def listing(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """List invoices and credit notes, the newest first."""
    seen = visit(request, account_id)
    seen.check("invoices", "view_invoices")
    try:
        before = UUID(request.GET["before"]) if "before" in request.GET else None
    except ValueError:
        raise Http404 from None
    listed = documents(account_id, before=before, limit=PAGE + 1)
    remaining, no_card = open_amounts(account_id, [invoice.id for invoice in listed]), why_no_card(seen)
    rows = [row_shown(seen, invoice, remaining[invoice.id], no_card) for invoice in listed[:PAGE]]
    following = listed[PAGE - 1].id if len(listed) > PAGE else None
    payable = any(_payable(seen, invoice, remaining[invoice.id]) for invoice in listed[:PAGE])
    content = {"rows": rows, "following": following, "no_card": no_card if payable else ""}
    return shown(request, seen, "invoices", "invoices", content)


@require_safe
def invoice(request: HttpRequest, account_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Show an invoice or credit note with its lines; it prints as a document of its own."""
    seen = visit(request, account_id)
    seen.check("invoices", "view_invoices")
    return shown(request, seen, "invoices", "invoice", _content(seen, document(account_id, invoice_id)))


def row_shown(seen: Visit, invoice: Invoice, remaining: int, no_card: str) -> Row:
    """Return an invoice in the list, with its open amount in minor units. `no_card` says why no card can pay it."""
    code = document_status(invoice.totals.kind, remaining, invoice.due_on, seen.today)
    return Row(
        id=invoice.id,
        number=invoice.number,
        on=money.day(invoice.issued_on),
        due_on=money.day(invoice.due_on),
        amount=money.amount(Money(invoice.totals.total, invoice.currency)),
        status=code,
        status_said=status_name(code),
        credit=invoice.kind == "credit_note",
        pay=not no_card and _payable(seen, invoice, remaining),
    )


def _payable(seen: Visit, invoice: Invoice, remaining: int) -> bool:
    """Return true if there is an open amount, and this person may pay it."""
    return invoice.kind == "invoice" and remaining > 0 and seen.may("pay_invoice")


def _content(seen: Visit, invoice: Invoice) -> dict[str, Any]:
    remaining, no_card = open_amounts(seen.id, [invoice.id])[invoice.id], why_no_card(seen)
    return {
        "row": row_shown(seen, invoice, remaining, no_card),
        "no_card": no_card if _payable(seen, invoice, remaining) else "",
        "issued_on": money.day(invoice.issued_on),
        "lines": lines_shown(invoice.lines, invoice.currency),
        "sums": sums(invoice.totals, invoice.currency),
        "rates": ", ".join(sorted({money.percent(line.tax_rate) for line in invoice.lines if line.tax_rate})),
        "open": money.amount(Money(remaining, invoice.currency)) if remaining else "",
        "seller": invoice.seller,
        "sold_to": address_lines(invoice.buyer.sold_to),
        "bill_to": address_lines(invoice.buyer.bill_to),
        "vat_id": invoice.buyer.vat_id,
        "purchase_order": invoice.buyer.purchase_order,
    }
