"""Payment: how the account pays, what did not come through, and paying an open invoice once."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bursar import checkout
from bursar.center.billing.invoices import row_shown
from bursar.center.billing.payment_tokens import kinds, tokens, why_no_card
from bursar.center.form_fields import posted
from bursar.center.forms import MethodForm
from bursar.center.manage.accepting import back_to_change
from bursar.center.manage.subscription import waiting
from bursar.center.visit import Visit, shown, to, visit
from bursar.checkout import Declined
from bursar.core.messages.problem import Problem
from bursar.core.money.money import Money
from bursar.i18n import money
from bursar.i18n.payment import decline_reason, method_name
from bursar.invoices.queries import document, documents
from bursar.payments.queries import attempt, failures, left, method, open_invoices

FAILURES: Final = 5


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """How the account pays; sent, it pays in another way from now on and what is open is tried again.

    Whoever came here because a payment for a change was declined goes back to that change.
    """
    seen = visit(request, account_id)
    seen.check("payment", "view_subscription")
    form, problem = MethodForm(posted(request)), ""
    if form.is_valid():
        try:
            settled = checkout.set_method(account_id, form.cleaned_data["method"], actor=seen.actor, now=seen.now)
            messages.success(request, _after_replacing(settled))
            return back_to_change(seen, request.GET)
        except Problem as refused:
            problem = seen.said(refused)
    content = {"problem": problem, **_content(seen, form)}
    return shown(request, seen, "payment", "payment", content, status=422 if problem else form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, account_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Pay what is open of an invoice once, without changing how the account pays."""
    seen = visit(request, account_id)
    seen.check("invoices", "pay_invoice")
    found = document(account_id, invoice_id)
    open_ = left(account_id, [invoice_id])[invoice_id]
    if found.kind != "invoice" or open_ == 0:
        return to("invoice", account_id, invoice_id)
    form = MethodForm(posted(request), present=method(account_id))
    problem, status = "", form.status
    if form.is_valid():
        try:
            idempotency_key = form.cleaned_data["method"]
            tried = checkout.pay(account_id, invoice_id, idempotency_key, actor=seen.actor, now=seen.now)
            return _after_paying(request, account_id, tried.id, invoice_id)
        except Declined as declined:
            problem, status = seen.said(declined), 402
        except Problem as other:
            problem, status = seen.said(other), 409
    present, no_card = method(account_id), why_no_card(seen)
    content = {
        "form": form,
        "row": row_shown(seen, found, open_, no_card),
        "amount": money.amount(Money(open_, found.currency)),
        "present": method_name(present.kind) if present.automatic else "",
        "kinds": kinds(form["type"].value()),
        "tokens": tokens(),
        "no_card": no_card,
        "problem": problem,
    }
    return shown(request, seen, "invoices", "pay", content, status=status)


def _content(seen: Visit, form: MethodForm) -> dict[str, Any]:
    present = method(seen.id)
    replacing, no_card = seen.decide("change_payment_type"), why_no_card(seen)
    content = {
        "method": method_name(present.kind),
        "automatic": present.automatic,
        "replace": seen.may("change_payment_type") and not no_card,
        "why_not": seen.why_not(replacing) or no_card,
        "form": form,
        "kinds": kinds(form["type"].value()),
        "tokens": tokens(),
        "waiting": waiting(seen),
        "pay": seen.may("pay_invoice"),
        "see": seen.may("view_invoices"),
        "open": (),
        "failures": (),
    }
    return content | _owing(seen, no_card) if seen.may("view_invoices") else content


def _owing(seen: Visit, no_card: str) -> dict[str, Any]:
    """The invoices that are open, and the last payments that did not come through."""
    open_ = {invoice.id: invoice.left for invoice in open_invoices(seen.id)}
    rows = documents(seen.id, limit=len(open_), among=open_) if open_ else []
    return {
        "open": [
            (row_shown(seen, row, open_[row.id], no_card), money.amount(Money(open_[row.id], row.currency)))
            for row in rows
        ],
        "failures": [
            {
                "on": money.day(failure.on),
                "amount": money.amount(Money(failure.amount_minor, failure.currency)),
                "reason": decline_reason(failure.reason),
            }
            for failure in failures(seen.id, FAILURES)
        ],
    }


def _after_paying(request: HttpRequest, account_id: UUID, attempt_id: UUID, invoice_id: UUID) -> HttpResponse:
    if attempt(account_id, attempt_id).state == "open":
        return to("attempt", account_id, attempt_id)
    messages.success(request, _("The payment has arrived. Thank you."))
    return to("invoice", account_id, invoice_id)


def _after_replacing(settled: int) -> str:
    if settled:
        return _("The payment type was changed, and what was open has been paid.")
    return _("The payment type was changed.")
