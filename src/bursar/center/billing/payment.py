"""Payment: the payment type, failed payments, and paying an open invoice once."""

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
from bursar.payments.queries import attempt, failed_attempts, method, open_amounts, open_invoices

FAILURES: Final = 5


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the payment type; sent, set it and try open invoices again.

    After a declined payment for a change, go back to that change.
    """
    seen = visit(request, account_id)
    seen.check("payment", "view_subscription")
    form, problem = MethodForm(posted(request)), ""
    if form.is_valid():
        try:
            collected = checkout.set_method(account_id, form.cleaned_data["method"], actor=seen.actor, now=seen.now)
            messages.success(request, _after_replacing(collected))
            return back_to_change(seen, request.GET)
        except Problem as refused:
            problem = seen.said(refused)
    content = {"problem": problem, **_content(seen, form)}
    return shown(request, seen, "payment", "payment", content, status=422 if problem else form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, account_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Pay the open amount of an invoice once; the payment type stays."""
    seen = visit(request, account_id)
    seen.check("invoices", "pay_invoice")
    invoice = document(account_id, invoice_id)
    open_minor = open_amounts(account_id, [invoice_id])[invoice_id]
    if invoice.kind != "invoice" or open_minor == 0:
        return to("invoice", account_id, invoice_id)
    form = MethodForm(posted(request), present=method(account_id))
    problem, status = "", form.status
    if form.is_valid():
        try:
            chosen_method = form.cleaned_data["method"]
            made_attempt = checkout.pay(account_id, invoice_id, chosen_method, actor=seen.actor, now=seen.now)
            return _after_paying(request, account_id, made_attempt.id, invoice_id)
        except Declined as declined:
            problem, status = seen.said(declined), 402
        except Problem as refused:
            problem, status = seen.said(refused), 409
    present, no_card = method(account_id), why_no_card(seen)
    content = {
        "form": form,
        "row": row_shown(seen, invoice, open_minor, no_card),
        "amount": money.amount(Money(open_minor, invoice.currency)),
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
    return content | _open_and_failed(seen, no_card) if seen.may("view_invoices") else content


def _open_and_failed(seen: Visit, no_card: str) -> dict[str, Any]:
    """Return the open invoices and the last failed payments."""
    open_amounts = {invoice.id: invoice.left for invoice in open_invoices(seen.id)}
    rows = documents(seen.id, limit=len(open_amounts), among=open_amounts) if open_amounts else []
    return {
        "open": [
            (
                row_shown(seen, row, open_amounts[row.id], no_card),
                money.amount(Money(open_amounts[row.id], row.currency)),
            )
            for row in rows
        ],
        "failures": [
            {
                "on": money.day(failure.on),
                "amount": money.amount(Money(failure.amount_minor, failure.currency)),
                "reason": decline_reason(failure.reason),
            }
            for failure in failed_attempts(seen.id, FAILURES)
        ],
    }


def _after_paying(request: HttpRequest, account_id: UUID, attempt_id: UUID, invoice_id: UUID) -> HttpResponse:
    if attempt(account_id, attempt_id).state == "open":
        return to("attempt", account_id, attempt_id)
    messages.success(request, _("The payment has arrived. Thank you."))
    return to("invoice", account_id, invoice_id)


def _after_replacing(collected: int) -> str:
    if collected:
        return _("The payment type was changed, and what was open has been paid.")
    return _("The payment type was changed.")
