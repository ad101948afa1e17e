"""The list of invoices and credit notes, and one of them."""

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
from bursar.payments.queries import left

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One invoice in a list; `pay` says whether this person may pay what is open of it."""

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
    """The newest first."""
    seen = visit(request, account_id)
    seen.check("invoices", "view_invoices")
    try:
        before = UUID(request.GET["before"]) if "before" in request.GET else None
    except ValueError:
        raise Http404 from None
    found = documents(account_id, before=before, limit=PAGE + 1)
    open_, no_card = left(account_id, [one.id for one in found]), why_no_card(seen)
    rows = [row_shown(seen, one, open_[one.id], no_card) for one in found[:PAGE]]
    following = found[PAGE - 1].id if len(found) > PAGE else None
    payable = any(_payable(seen, one, open_[one.id]) for one in found[:PAGE])
    content = {"rows": rows, "following": following, "no_card": no_card if payable else ""}
    return shown(request, seen, "invoices", "invoices", content)


@require_safe
def one(request: HttpRequest, account_id: UUID, invoice_id: UUID) -> HttpResponse:
    """One invoice or credit note, with every line; it prints as a document of its own."""
    seen = visit(request, account_id)
    seen.check("invoices", "view_invoices")
    return shown(request, seen, "invoices", "invoice", _content(seen, document(account_id, invoice_id)))


def row_shown(seen: Visit, found: Invoice, remaining: int, no_card: str) -> Row:
    """A document in a list. `remaining` is what is left of it, in minor units; `no_card` why no card can pay it."""
    code = document_status(found.totals.kind, remaining, found.due_on, seen.today)
    return Row(
        id=found.id,
        number=found.number,
        on=money.day(found.issued_on),
        due_on=money.day(found.due_on),
        amount=money.amount(Money(found.totals.total, found.currency)),
        status=code,
        status_said=status_name(code),
        credit=found.kind == "credit_note",
        pay=not no_card and _payable(seen, found, remaining),
    )


def _payable(seen: Visit, found: Invoice, remaining: int) -> bool:
    """Return True if there is something to pay, and this person may."""
    return found.kind == "invoice" and remaining > 0 and seen.may("pay_invoice")


def _content(seen: Visit, found: Invoice) -> dict[str, Any]:
    remaining, no_card = left(seen.id, [found.id])[found.id], why_no_card(seen)
    return {
        "row": row_shown(seen, found, remaining, no_card),
        "no_card": no_card if _payable(seen, found, remaining) else "",
        "issued_on": money.day(found.issued_on),
        "lines": lines_shown(found.lines, found.currency),
        "sums": sums(found.totals, found.currency),
        "rates": ", ".join(sorted({money.percent(line.tax_rate) for line in found.lines if line.tax_rate})),
        "open": money.amount(Money(remaining, found.currency)) if remaining else "",
        "seller": found.seller,
        "sold_to": address_lines(found.buyer.sold_to),
        "bill_to": address_lines(found.buyer.bill_to),
        "vat_id": found.buyer.vat_id,
        "purchase_order": found.buyer.purchase_order,
    }
