"""Invoices and credit notes: the list, and each as a document."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bursar.center.billing.payment_tokens import explain_no_card
from bursar.center.manage.summary import sums_in_words
from bursar.center.visit import Visit, open_visit, render_page
from bursar.core.billing.invoice import Invoice
from bursar.core.billing.payment import document_status
from bursar.core.money.money import Money
from bursar.i18n import money
from bursar.i18n.address import address_lines
from bursar.i18n.lines import lines_in_words
from bursar.i18n.payment import status_name
from bursar.invoices.queries import document, documents
from bursar.payments.queries import open_amounts

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice in the list; `pay` is true if this person may pay its open amount."""

    id: UUID
    number: str
    on: str
    due_on: str
    amount: str
    status: str
    status_name: str
    is_credit_note: bool
    may_pay: bool


@require_safe
def listing(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """List invoices and credit notes, the newest first."""
    visit = open_visit(request, account_id)
    visit.require("invoices", "view_invoices")
    try:
        before = UUID(request.GET["before"]) if "before" in request.GET else None
    except ValueError:
        raise Http404 from None
    invoices = documents(account_id, before=before, limit=PAGE + 1)
    remaining_by_id, why_no_card = (
        open_amounts(account_id, [invoice.id for invoice in invoices]),
        explain_no_card(visit),
    )
    rows = [invoice_row(visit, invoice, remaining_by_id[invoice.id], why_no_card) for invoice in invoices[:PAGE]]
    next_page = invoices[PAGE - 1].id if len(invoices) > PAGE else None
    is_payable = any(_payable(visit, invoice, remaining_by_id[invoice.id]) for invoice in invoices[:PAGE])
    content = {"rows": rows, "next_page": next_page, "why_no_card": why_no_card if is_payable else ""}
    return render_page(request, visit, "invoices", "invoices", content)


@require_safe
def invoice(request: HttpRequest, account_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Show an invoice or credit note with its lines; it prints as a document of its own."""
    visit = open_visit(request, account_id)
    visit.require("invoices", "view_invoices")
    return render_page(request, visit, "invoices", "invoice", _content(visit, document(account_id, invoice_id)))


def invoice_row(visit: Visit, invoice: Invoice, remaining: int, why_no_card: str) -> InvoiceRow:
    """Return an invoice in the list, with its open amount in minor units. `no_card` says why no card can pay it."""
    # Computed on each day and not stored: an invoice becomes past due without anybody doing anything.
    code = document_status(invoice.totals.kind, remaining, invoice.due_on, visit.today)
    return InvoiceRow(
        id=invoice.id,
        number=invoice.number,
        on=money.day(invoice.issued_on),
        due_on=money.day(invoice.due_on),
        amount=money.amount(Money(invoice.totals.total, invoice.currency)),
        status=code,
        status_name=status_name(code),
        is_credit_note=invoice.kind == "credit_note",
        may_pay=not why_no_card and _payable(visit, invoice, remaining),
    )


def _payable(visit: Visit, invoice: Invoice, remaining: int) -> bool:
    """Return true if there is an open amount, and this person may pay it."""
    return invoice.kind == "invoice" and remaining > 0 and visit.may("pay_invoice")


def _content(visit: Visit, invoice: Invoice) -> dict[str, Any]:
    remaining, why_no_card = open_amounts(visit.id, [invoice.id])[invoice.id], explain_no_card(visit)
    return {
        "row": invoice_row(visit, invoice, remaining, why_no_card),
        "why_no_card": why_no_card if _payable(visit, invoice, remaining) else "",
        "issued_on": money.day(invoice.issued_on),
        "lines": lines_in_words(invoice.lines, invoice.currency),
        "sums": sums_in_words(invoice.totals, invoice.currency),
        "rates": ", ".join(sorted({money.percent(line.tax_rate) for line in invoice.lines if line.tax_rate})),
        "open_amount": money.amount(Money(remaining, invoice.currency)) if remaining else "",
        "seller": invoice.seller,
        "sold_to": address_lines(invoice.buyer.sold_to),
        "bill_to": address_lines(invoice.buyer.bill_to),
        "vat_id": invoice.buyer.vat_id,
        "purchase_order": invoice.buyer.purchase_order,
    }
