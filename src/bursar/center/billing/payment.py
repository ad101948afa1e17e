"""Payment: the payment type, failed payments, and paying an open invoice once."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bursar import checkout
from bursar.center.billing.invoices import invoice_row
from bursar.center.billing.payment_tokens import explain_no_card, payment_type_choices, token_choices
from bursar.center.form_fields import posted_fields, read_uuid
from bursar.center.forms import PaymentMethodForm
from bursar.center.manage.accepting import redirect_to_change
from bursar.center.manage.subscription import waiting_payment
from bursar.center.navigation import redirect_to
from bursar.center.visit import Visit, open_visit, render_page
from bursar.checkout import Declined
from bursar.core.messages.problem import Problem
from bursar.core.money.money import Money
from bursar.i18n import money
from bursar.i18n.payment import decline_reason, method_name
from bursar.invoices.queries import document, documents
from bursar.payments.queries import attempt, failed_attempts, method, open_amounts, open_invoice_page, open_total

FAILURES: Final = 5
PAGE: Final = 50


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the payment type; sent, set it and try open invoices again.

    After a declined payment for a change, go back to that change.
    """
    visit = open_visit(request, account_id)
    visit.require("payment", "view_subscription")
    form, problem = PaymentMethodForm(posted_fields(request)), ""
    if form.is_valid():
        try:
            collected = checkout.set_method(account_id, form.cleaned_data["method"], actor=visit.actor, now=visit.now)
            messages.success(request, _replaced_message(collected))
            # Somebody whose payment for a change was declined came here to pay in another way, and wants the change.
            return redirect_to_change(visit, request.GET)
        except Problem as refusal:
            problem = visit.message(refusal)
    content = {"problem": problem, **_content(visit, form, read_uuid(request.GET.get("before", "")))}
    return render_page(request, visit, "payment", "payment", content, status=422 if problem else form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, account_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Pay the open amount of an invoice once; the payment type stays."""
    visit = open_visit(request, account_id)
    visit.require("invoices", "pay_invoice")
    invoice = document(account_id, invoice_id)
    open_minor = open_amounts(account_id, [invoice_id])[invoice_id]
    # Paid meanwhile, perhaps by the worker: a second payment would have nothing to pay.
    if invoice.kind != "invoice" or open_minor == 0:
        return redirect_to("invoice", account_id, invoice_id)
    form = PaymentMethodForm(posted_fields(request), current_method=method(account_id))
    problem, status = "", form.status
    if form.is_valid():
        try:
            chosen_method = form.cleaned_data["method"]
            attempt_made = checkout.pay(account_id, invoice_id, chosen_method, actor=visit.actor, now=visit.now)
            return _redirect_after_payment(request, account_id, attempt_made.id, invoice_id)
        except Declined as declined:
            # 402 tells a payment that the bank declined from a refusal of ours (409).
            problem, status = visit.message(declined), 402
        except Problem as refusal:
            problem, status = visit.message(refusal), 409
    current_method, why_no_card = method(account_id), explain_no_card(visit)
    content = {
        "form": form,
        "row": invoice_row(visit, invoice, open_minor, why_no_card),
        "amount": money.amount(Money(open_minor, invoice.currency)),
        "current_method": method_name(current_method.kind) if current_method.automatic else "",
        "payment_types": payment_type_choices(form["type"].value()),
        "tokens": token_choices(),
        "why_no_card": why_no_card,
        "problem": problem,
    }
    return render_page(request, visit, "invoices", "pay", content, status=status)


def _content(visit: Visit, form: PaymentMethodForm, before: UUID | None) -> dict[str, Any]:
    current_method = method(visit.id)
    replacing_decision, why_no_card = visit.decide("change_payment_type"), explain_no_card(visit)
    content = {
        "method": method_name(current_method.kind),
        "is_automatic": current_method.automatic,
        "may_replace": visit.may("change_payment_type") and not why_no_card,
        "why_not": visit.explain(replacing_decision) or why_no_card,
        "form": form,
        "payment_types": payment_type_choices(form["type"].value()),
        "tokens": token_choices(),
        "waiting_payment": waiting_payment(visit),
        "pay": visit.may("pay_invoice"),
        "sees_invoices": visit.may("view_invoices"),
        "open_invoices": (),
        "failures": (),
    }
    return content | _open_and_failed(visit, why_no_card, before) if visit.may("view_invoices") else content


def _open_and_failed(visit: Visit, why_no_card: str, before: UUID | None) -> dict[str, Any]:
    """Return a page of the open invoices with the sum of all, and the last failed payments."""
    remaining_by_id = open_invoice_page(visit.id, before=before, limit=PAGE + 1)
    rows = documents(visit.id, limit=PAGE, among=remaining_by_id) if remaining_by_id else []
    count, total = open_total(visit.id) if remaining_by_id else (0, 0)
    sentence = ngettext("{count} open invoice, {total} in all", "{count} open invoices, {total} in all", count)
    return {
        "open_sentence": sentence.format(count=money.number(count), total=money.amount(Money(total, visit.currency))),
        "next_page": str(rows[-1].id) if len(remaining_by_id) > PAGE else "",
        "open_invoices": [
            (
                invoice_row(visit, row, remaining_by_id[row.id], why_no_card),
                money.amount(Money(remaining_by_id[row.id], row.currency)),
            )
            for row in rows
        ],
        "failures": [
            {
                "on": money.day(failure.on),
                "amount": money.amount(Money(failure.amount_minor, failure.currency)),
                "reason": decline_reason(failure.reason),
            }
            for failure in failed_attempts(visit.id, FAILURES)
        ],
    }


def _redirect_after_payment(request: HttpRequest, account_id: UUID, attempt_id: UUID, invoice_id: UUID) -> HttpResponse:
    if attempt(account_id, attempt_id).state == "open":
        return redirect_to("attempt", account_id, attempt_id)
    messages.success(request, _("The payment has arrived. Thank you."))
    return redirect_to("invoice", account_id, invoice_id)


def _replaced_message(collected: int) -> str:
    if collected:
        return _("The payment type was changed, and the open invoices were paid.")
    return _("The payment type was changed.")
