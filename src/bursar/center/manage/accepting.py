"""Accept a quote from a page, show the result, and the ways on after a declined payment."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from bursar import checkout
from bursar.catalog.queries import current as current_catalog
from bursar.center.form_fields import read_uuid
from bursar.center.manage.offers import CHANGING
from bursar.center.manage.page import confirm_content, render_not_done, require_view_of_edits, save_quote
from bursar.center.manage.subscription import waiting_payment
from bursar.center.manage.summary import summary
from bursar.center.navigation import redirect_to
from bursar.center.visit import Visit, open_visit, render_page
from bursar.checkout import Declined, QuoteExpired, edits_of
from bursar.checkout import give_up as give_up_payment
from bursar.core.billing.payment import NotWaiting, PaymentOpen
from bursar.core.messages.problem import NotFound, Problem
from bursar.core.money.money import Money
from bursar.core.ordering.ceilings import ConfirmationNeeded
from bursar.core.ordering.content import read_quote
from bursar.core.ordering.request import RequestClosed
from bursar.core.policy.refusal import Refused
from bursar.i18n import money
from bursar.i18n.limit import ceiling_warning
from bursar.i18n.payment import decline_reason
from bursar.invoices.queries import invoice_of_order
from bursar.payments.queries import attempt
from bursar.subscriptions.queries import agreement, order, quote


@require_POST
def accept(request: HttpRequest, account_id: UUID, quote_id: UUID) -> HttpResponse:
    """Accept the quote, or show what has changed since it was made."""
    visit = open_visit(request, account_id)
    try:
        return carry_out_order(
            request, visit, lambda: _accept(visit, quote_id, "confirm" in request.POST), quote_id=quote_id
        )
    # Above a ceiling of the policy the same quote is sent once more, after the reader saw how much it adds.
    except ConfirmationNeeded as ceiling:
        content = confirm_content(visit, quote_id, agreement(visit.id).timeline) | {
            "ceiling_warning": ceiling_warning(ceiling)
        }
        return render_page(request, visit, "subscription", "confirm", content, status=409)
    except checkout.Stale as stale:
        # Redirected to the new quote, so that loading the page again shows it and accepts nothing.
        summary_address = redirect_to("summary", account_id, stale.quote_id)
        return HttpResponseRedirect(f"{summary_address.url}?instead_of={quote_id}")


def carry_out_order(
    request: HttpRequest,
    visit: Visit,
    place_order: Callable[[], checkout.Result],
    *,
    quote_id: UUID | None = None,
    request_id: UUID | None = None,
) -> HttpResponse:
    """Carry out an order and redirect to its result, or show why it failed.

    Errors: NotFound, Stale, ConfirmationNeeded, and RequestClosed of the request that is reviewed.
    """
    try:
        result = place_order()
    except (NotFound, checkout.Stale, ConfirmationNeeded):
        raise
    except RequestClosed as problem:
        # The page of the reviewed request shows its new state itself; any other page needs the sentence.
        if request_id is not None:
            raise
        return render_not_done(request, visit, visit.message(problem))
    except Declined as declined:
        return _render_declined(request, visit, declined.params["reason"], quote_id, request_id=request_id)
    except PaymentOpen as problem:
        return render_not_done(
            request, visit, visit.message(problem), waiting_payment=waiting_payment(visit), quote_id=quote_id
        )
    except Problem as problem:
        return render_not_done(request, visit, visit.message(problem), quote_id=quote_id)
    if result.order_id is not None:
        return redirect_to("done", visit.id, result.order_id)
    # Not paid yet: the bank asks the payer to confirm first, and the order waits for it.
    return redirect_to("attempt", visit.id, result.attempt_id)


def _accept(visit: Visit, quote_id: UUID, confirmed: bool) -> checkout.Result:
    """Accept a quote. Errors: Stale, with a new quote, if it has changed or expired."""
    try:
        return checkout.accept(visit.id, quote_id=quote_id, confirmed=confirmed, actor=visit.actor, now=visit.now)
    except QuoteExpired:
        raise checkout.Stale(save_quote(visit, edits_of(visit.customer, quote(visit.id, quote_id)))) from None


@require_safe
def done(request: HttpRequest, account_id: UUID, order_id: UUID) -> HttpResponse:
    """Show an accepted quote with its invoice, and what happens next."""
    visit = open_visit(request, account_id)
    placed_order, agreed, catalog = order(account_id, order_id=order_id), agreement(account_id), current_catalog()
    require_view_of_edits(visit, [change.edit for change in placed_order.changes])
    change_ids = {change.id for change in placed_order.changes}
    # Edits are worded by what they change, so the summary needs the subscription without this order.
    earlier = agreed.timeline.without(lambda change: change.id in change_ids)
    stored_quote = read_quote(quote(account_id, placed_order.quote_id).content)
    document = invoice_of_order(account_id, order_id)
    content: dict[str, Any] = {
        "summary": summary(visit, stored_quote, earlier, catalog),
        "on": money.day(placed_order.on),
        "invoice": None,
        "sees_subscription": visit.may("view_subscription"),
    }
    if document is not None:
        content["invoice"] = {
            "id": document.id if visit.may("view_invoices") else None,
            "number": document.number,
            "is_credit_note": document.kind == "credit_note",
            "amount": money.amount(Money(document.totals.total, document.currency)),
        }
    return render_page(request, visit, "subscription", "done", content)


@require_POST
def give_up(request: HttpRequest, account_id: UUID, attempt_id: UUID) -> HttpResponse:
    """Give up a payment that waits, and go on to its attempt."""
    visit = open_visit(request, account_id)
    try:
        give_up_payment(account_id, attempt_id, actor=visit.actor, now=visit.now)
    except (NotWaiting, Refused) as problem:
        return render_not_done(request, visit, visit.message(problem))
    return redirect_to("attempt", account_id, attempt_id)


def redirect_to_change(visit: Visit, query: Mapping[str, str]) -> HttpResponseRedirect:
    """Redirect to the change or request whose payment was declined; without either, to the page of payment.

    An expired quote is made anew. Errors: those of `checkout.quote`.
    """
    quote_id, request_id = read_uuid(query.get("quote", "")), read_uuid(query.get("request", ""))
    if request_id is not None:
        return redirect_to("request", visit.id, request_id)
    if quote_id is None:
        return redirect_to("payment", visit.id)
    stored_quote = quote(visit.id, quote_id)
    # Choosing another card may take longer than the quote lives; the same edits are quoted again.
    if stored_quote.expires_at <= visit.customer.moment(visit.now):
        quote_id = save_quote(visit, edits_of(visit.customer, stored_quote))
    return redirect_to("summary", visit.id, quote_id)


@require_safe
def attempt_result(request: HttpRequest, account_id: UUID, attempt_id: UUID) -> HttpResponse:
    """Redirect to what a payment paid for, or show why it failed and what to do."""
    visit = open_visit(request, account_id)
    visit.require("payment", "view_subscription")
    attempt_tried = attempt(account_id, attempt_id)
    if attempt_tried.state == "succeeded" and attempt_tried.quote_id:
        return redirect_to("done", account_id, order(account_id, quote_id=attempt_tried.quote_id).id)
    if attempt_tried.state == "succeeded" and attempt_tried.invoice_id:
        return redirect_to("invoice", account_id, attempt_tried.invoice_id)
    if attempt_tried.state == "open":
        return (
            # A direct debit waits for the bank and has no page to confirm it on.
            HttpResponseRedirect(attempt_tried.address)
            if attempt_tried.address
            else redirect_to("subscription", account_id)
        )
    return _render_declined(request, visit, attempt_tried.reason, attempt_tried.quote_id, attempt_tried.invoice_id)


def _render_declined(
    request: HttpRequest,
    visit: Visit,
    reason: str,
    quote_id: UUID | None,
    invoice_id: UUID | None = None,
    request_id: UUID | None = None,
) -> HttpResponse:
    """Show why a payment was declined, and every way on that is open to this person."""
    replacing_decision = visit.decide("change_payment_type")
    content = {
        "reason": decline_reason(reason),
        "quote_id": quote_id,
        "invoice_id": invoice_id,
        "request_id": request_id,
        "may_replace": visit.may("change_payment_type"),
        "why_not_replace": visit.explain(replacing_decision),
        "may_manage": any(visit.may_at_least_request(capability) for capability in CHANGING),
    }
    return render_page(request, visit, "payment", "declined", content, status=402)
