"""Accept a quote from a page, show the result, and the ways on after a declined payment."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from bursar import checkout
from bursar.catalog.queries import current as current_catalog
from bursar.center.manage.offers import CHANGING
from bursar.center.manage.page import check_sees, confirming, not_done, save_quote, uuid_given
from bursar.center.manage.subscription import waiting
from bursar.center.manage.summary import summary
from bursar.center.visit import Visit, shown, to, visit
from bursar.checkout import Declined, QuoteExpired, edits_of
from bursar.checkout import give_up as give_up_payment
from bursar.core.billing.payment import NotWaiting, PaymentOpen
from bursar.core.messages.problem import NotFound, Problem
from bursar.core.money.money import Money
from bursar.core.ordering.ceilings import Confirm
from bursar.core.ordering.content import read_quote
from bursar.core.ordering.request import RequestClosed
from bursar.core.policy.refusal import Refused
from bursar.i18n import money
from bursar.i18n.limit import asked_once_more
from bursar.i18n.payment import decline_reason
from bursar.invoices.queries import invoice_of_order
from bursar.payments.queries import attempt
from bursar.subscriptions.queries import agreement, order, quote


@require_POST
def take(request: HttpRequest, account_id: UUID, quote_id: UUID) -> HttpResponse:
    """Accept the quote, or show what has changed since it was made."""
    seen = visit(request, account_id)
    try:
        return answer_order(
            request, seen, lambda: _accept(seen, quote_id, "confirm" in request.POST), quote_id=quote_id
        )
    except Confirm as ceiling:
        content = confirming(seen, quote_id, agreement(seen.id).timeline) | {"once_more": asked_once_more(ceiling)}
        return shown(request, seen, "subscription", "confirm", content, status=409)
    except checkout.Stale as stale:
        where = to("summary", account_id, stale.quote_id)
        return HttpResponseRedirect(f"{where.url}?instead_of={quote_id}")


def answer_order(
    request: HttpRequest,
    seen: Visit,
    act: Callable[[], checkout.Result],
    *,
    quote_id: UUID | None = None,
    request_id: UUID | None = None,
) -> HttpResponse:
    """Carry out an order and redirect to its result, or show why it failed.

    Errors: NotFound, Stale, Confirm, and RequestClosed of the request that is reviewed.
    """
    try:
        result = act()
    except (NotFound, checkout.Stale, Confirm):
        raise
    except RequestClosed as problem:
        if request_id is not None:
            raise
        return not_done(request, seen, seen.said(problem))
    except Declined as declined:
        return _declined(request, seen, declined.params["reason"], quote_id, request_id=request_id)
    except PaymentOpen as problem:
        return not_done(request, seen, seen.said(problem), waiting=waiting(seen), quote_id=quote_id)
    except Problem as problem:
        return not_done(request, seen, seen.said(problem), quote_id=quote_id)
    if result.order_id is not None:
        return to("done", seen.id, result.order_id)
    return to("attempt", seen.id, result.attempt_id)


def _accept(seen: Visit, quote_id: UUID, confirmed: bool) -> checkout.Result:
    """Accept a quote. Errors: Stale, with a new quote, if it has changed or expired."""
    try:
        return checkout.accept(seen.id, quote_id=quote_id, confirmed=confirmed, actor=seen.actor, now=seen.now)
    except QuoteExpired:
        raise checkout.Stale(save_quote(seen, edits_of(seen.customer, quote(seen.id, quote_id)))) from None


@require_safe
def done(request: HttpRequest, account_id: UUID, order_id: UUID) -> HttpResponse:
    """Show an accepted quote with its invoice, and what happens next."""
    seen = visit(request, account_id)
    placed, agreed, catalog = order(account_id, order_id=order_id), agreement(account_id), current_catalog()
    check_sees(seen, [change.edit for change in placed.changes])
    change_ids = {change.id for change in placed.changes}
    earlier = agreed.timeline.without(lambda change: change.id in change_ids)
    kept = read_quote(quote(account_id, placed.quote_id).content)
    document = invoice_of_order(account_id, order_id)
    content: dict[str, Any] = {
        "summary": summary(seen, kept, earlier, catalog),
        "on": money.day(placed.on),
        "invoice": None,
        "sees": seen.may("view_subscription"),
    }
    if document is not None:
        content["invoice"] = {
            "id": document.id if seen.may("view_invoices") else None,
            "number": document.number,
            "credit": document.kind == "credit_note",
            "amount": money.amount(Money(document.totals.total, document.currency)),
        }
    return shown(request, seen, "subscription", "done", content)


@require_POST
def give_up(request: HttpRequest, account_id: UUID, attempt_id: UUID) -> HttpResponse:
    """Give up a payment that waits, and go on to its attempt."""
    seen = visit(request, account_id)
    try:
        give_up_payment(account_id, attempt_id, actor=seen.actor, now=seen.now)
    except (NotWaiting, Refused) as problem:
        return not_done(request, seen, seen.said(problem))
    return to("attempt", account_id, attempt_id)


def back_to_change(seen: Visit, query: Mapping[str, str]) -> HttpResponseRedirect:
    """Redirect to the change or request whose payment was declined; without either, to the page of payment.

    An expired quote is made anew. Errors: those of `checkout.quote`.
    """
    quote_id, request_id = uuid_given(query.get("quote", "")), uuid_given(query.get("request", ""))
    if request_id is not None:
        return to("request", seen.id, request_id)
    if quote_id is None:
        return to("payment", seen.id)
    kept = quote(seen.id, quote_id)
    if kept.expires_at <= seen.customer.moment(seen.now):
        quote_id = save_quote(seen, edits_of(seen.customer, kept))
    return to("summary", seen.id, quote_id)


@require_safe
def tried(request: HttpRequest, account_id: UUID, attempt_id: UUID) -> HttpResponse:
    """Redirect to what a payment paid for, or show why it failed and what to do."""
    seen = visit(request, account_id)
    seen.check("payment", "view_subscription")
    tried_attempt = attempt(account_id, attempt_id)
    if tried_attempt.state == "succeeded" and tried_attempt.quote_id:
        return to("done", account_id, order(account_id, quote_id=tried_attempt.quote_id).id)
    if tried_attempt.state == "succeeded" and tried_attempt.invoice_id:
        return to("invoice", account_id, tried_attempt.invoice_id)
    if tried_attempt.state == "open":
        return HttpResponseRedirect(tried_attempt.address) if tried_attempt.address else to("subscription", account_id)
    return _declined(request, seen, tried_attempt.reason, tried_attempt.quote_id, tried_attempt.invoice_id)


def _declined(
    request: HttpRequest,
    seen: Visit,
    reason: str,
    quote_id: UUID | None,
    invoice_id: UUID | None = None,
    request_id: UUID | None = None,
) -> HttpResponse:
    """Show why a payment was declined, and every way on that is open to this person."""
    change = seen.decide("change_payment_type")
    content = {
        "reason": decline_reason(reason),
        "quote_id": quote_id,
        "invoice_id": invoice_id,
        "request_id": request_id,
        "replace": seen.may("change_payment_type"),
        "why_not_replace": seen.why_not(change),
        "manages": any(seen.open(capability) for capability in CHANGING),
    }
    return shown(request, seen, "payment", "declined", content, status=402)
