"""The list of invoices and credit notes, and one of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bursar.accounts.queries import NotFound
from bursar.catalog.queries import current as current_catalog
from bursar.center.entry import Visit, visit
from bursar.center.summary import line_shown, sums
from bursar.core.money import Money
from bursar.core.payment import status
from bursar.core.policy import Outcome
from bursar.invoices.queries import Document, document, documents
from bursar.payments.queries import left
from bursar.words import money
from bursar.words.payment import status_name

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One invoice in the list."""

    id: UUID
    number: str
    on: str
    due_on: str
    amount: str
    status: str
    status_said: str
    credit: bool


@require_GET
def listing(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The newest first."""
    seen = visit(request, account_id)
    if (closed := _closed(request, seen)) is not None:
        return closed
    try:
        before = UUID(request.GET["before"]) if "before" in request.GET else None
    except ValueError:
        raise Http404 from None
    found = documents(account_id, before=before, limit=PAGE + 1)
    open_ = left(account_id, [one.id for one in found])
    rows = [_row(seen, one, open_[one.id]) for one in found[:PAGE]]
    following = found[PAGE - 1].id if len(found) > PAGE else None
    return render(request, "center/invoices.html", {**seen.frame("invoices"), "rows": rows, "following": following})


@require_GET
def one(request: HttpRequest, account_id: UUID, invoice_id: UUID) -> HttpResponse:
    """One invoice or credit note, with every line."""
    seen = visit(request, account_id)
    if (closed := _closed(request, seen)) is not None:
        return closed
    try:
        found = document(account_id, invoice_id)
    except NotFound:
        raise Http404 from None
    return render(request, "center/invoice.html", {**seen.frame("invoices"), **_content(seen, found)})


def _content(seen: Visit, found: Document) -> dict[str, Any]:
    remaining = left(seen.id, [found.id])[found.id]
    catalog = current_catalog()
    return {
        "row": _row(seen, found, remaining),
        "issued_on": money.day(found.issued_on),
        "lines": [line_shown(line, catalog, found.currency) for _, line in found.lines],
        "sums": sums(found.totals, found.currency),
        "rates": ", ".join(sorted({money.percent(line.tax_rate) for _, line in found.lines if line.tax_rate})),
        "open": money.amount(Money(remaining, found.currency)) if remaining else "",
        "seller": found.snapshot["seller"],
        "sold_to": [value for value in found.snapshot["sold_to"].values() if value],
        "bill_to": [value for value in (found.snapshot["bill_to"] or {}).values() if value],
        "vat_id": found.snapshot["vat_id"],
        "purchase_order": found.snapshot["purchase_order"],
    }


def _row(seen: Visit, found: Document, remaining: int) -> Row:
    code = status(found.totals.kind, remaining, found.due_on, seen.today)
    return Row(
        id=found.id,
        number=found.number,
        on=money.day(found.issued_on),
        due_on=money.day(found.due_on),
        amount=money.amount(Money(found.totals.total, found.currency)),
        status=code,
        status_said=status_name(code),
        credit=found.kind == "credit_note",
    )


def _closed(request: HttpRequest, seen: Visit) -> HttpResponse | None:
    decision = seen.decide("view_invoices")
    if decision.outcome is Outcome.ALLOWED:
        return None
    context = {**seen.frame("invoices"), "why_not": seen.why_not(decision)}
    return render(request, "center/closed.html", context, status=403)
