"""The Subscription page: what the account has, what is scheduled, and what this person may do about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from bursar.catalog.queries import versions
from bursar.center.manage.freed_seats import release_field
from bursar.center.manage.offers import CHANGING
from bursar.center.manage.temporary_seats import temporary_seats_in_words
from bursar.center.manage.term import term
from bursar.center.requests.summaries import waiting_request
from bursar.center.visit import Visit, open_visit, render_page
from bursar.checkout import context
from bursar.core.money.currency import digits
from bursar.core.money.money import Money
from bursar.core.money.price import Per, period_price
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.quote import quote
from bursar.core.policy.policy import Outcome
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.edit import SetSeats
from bursar.core.subscription.item import Item
from bursar.core.subscription.shortfall import Shortfall, shortfalls
from bursar.core.subscription.subscription import Change, Subscription
from bursar.i18n import edits, money
from bursar.i18n.decision import state as state_name
from bursar.i18n.payment import method_name
from bursar.payments.queries import method, open_attempt


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item of the account."""

    product: str
    plan: str
    quantity: str
    temporary: tuple[str, ...]
    usage: str
    price: str
    amount: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A scheduled change; `undo` is true if this person may undo it, otherwise `why_not` says why.

    `short` says that it leaves too few seats; `name` is the address to name more people who give theirs up, or `free`
    the address to take seats back.
    """

    id: UUID
    text: str
    on: str
    may_undo: bool
    why_not: str
    shortfall_text: str = ""
    naming_address: str = ""
    seats_address: str = ""


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the items, the scheduled changes and the next renewal."""
    visit = open_visit(request, account_id)
    visit.require("subscription", "view_subscription")
    billing_context = context(visit.customer, visit.today, visit.policy)
    state, ending = billing_context.timeline.on(visit.today), billing_context.timeline.end()
    # An end in the past shows in the state of the account, not as something to come.
    ends_on = ending.on if ending is not None and ending.on > visit.today else None
    shortfall_by_change = {
        shortfall.change: shortfall
        for shortfall in shortfalls(billing_context.timeline, billing_context.used, visit.today)
    }
    scheduled, before = billing_context.timeline.pending(visit.today), billing_context.timeline.states_before()
    content = {
        "state_name": state_name(visit.customer.account.state.value),
        "is_active": visit.customer.account.state.value == "active",
        "items": _item_rows(visit, billing_context, state),
        "scheduled": [
            change_row(visit, change, before[change.id], billing_context.catalog, shortfall_by_change.get(change.id))
            for change in scheduled
        ],
        "ends_on": money.day(ends_on) if ends_on else "",
        "trial": _trial_content(state, visit.today),
        "may_manage": any(visit.may_at_least_request(capability) for capability in CHANGING),
        "explanation": visit.explain_no_changes(),
        "waiting_payment": waiting_payment(visit),
        "open_request": _open_request_content(visit),
        **_billing_content(visit, billing_context, state, scheduled, ends_on),
        **_cancelling_content(visit, state),
    }
    return render_page(request, visit, "subscription", "subscription", content)


def change_row(
    visit: Visit, change: Change, before: Subscription, catalog: Catalog, shortfall_text: Shortfall | None
) -> ChangeRow:
    """Return a scheduled change, compared with the state before it, and whether this person may undo it."""
    sentence, on = edits.edit_in_words(change.edit, before, catalog), money.day(change.effective_on)
    decision = visit.decide_undo(change)
    why_not = visit.explain(decision)
    # One person can undo it, the vendor's contact: their name helps more than the rule.
    if change.by_vendor and not visit.is_staff:
        [contact] = decision.ask
        why_not = _("Your vendor scheduled this; ask {name}, {email}.").format(name=contact.name, email=contact.email)
    row = ChangeRow(change.id, sentence, on, decision.outcome is Outcome.ALLOWED, why_not)
    if shortfall_text is None:
        return row
    text = edits.shortfall_in_words(
        edits.product_name(catalog, shortfall_text.product),
        shortfall_text.seats,
        shortfall_text.more,
        shortfall_text.on,
    )
    may_name_holders = row.may_undo and visit.may("remove_seats")
    # A person who may not order the reduction again can still take seats back before its day.
    seats_page = reverse("seats", args=[visit.id]) if not may_name_holders and visit.may("manage_members") else ""
    return replace(
        row,
        shortfall_text=text,
        naming_address=_reduction_form(visit, change, shortfall_text) if may_name_holders else "",
        seats_address=seats_page,
    )


def _reduction_form(visit: Visit, change: Change, shortfall_text: Shortfall) -> str:
    """Return the address of the form that orders a reduction again, with its members who still have a seat."""
    assert isinstance(change.edit, SetSeats)
    fields = {f"quantity_{shortfall_text.product}": str(change.edit.seats), f"about_{change.id}": "undo"}
    fields |= {release_field(shortfall_text.product, str(member)): "1" for member in shortfall_text.named}
    return f"{reverse('manage', args=[visit.id])}?{urlencode(fields)}"


def _item_rows(visit: Visit, billing_context: BillingContext, state: Subscription) -> list[ItemRow]:
    # In one query; accounts often have items from several versions of the catalog.
    catalogs = versions({state.agreed_price(item).catalog_version for item in state.items.values()})
    return [
        _item_row(visit, billing_context, state, item, catalogs[state.agreed_price(item).catalog_version])
        for item in state.items.values()
    ]


def _item_row(
    visit: Visit, billing_context: BillingContext, state: Subscription, item: Item, catalog: Catalog
) -> ItemRow:
    """Return an item, named as in the catalog version that sold it."""
    agreed_price, seat_use = state.agreed_price(item), billing_context.used.get(item.product)
    usage = ""
    if agreed_price.per is Per.SEAT and seat_use is not None:
        usage = _("{used} used, {free} free").format(used=money.number(seat_use.used), free=money.number(seat_use.free))
    amount = period_price(agreed_price.rate, item.quantity, digits(visit.currency))
    return ItemRow(
        product=edits.product_name(catalog, item.product),
        plan=edits.plan_name(catalog, item.product, item.plan),
        quantity=edits.quantity(item.quantity, agreed_price.per.value),
        temporary=temporary_seats_in_words(item),
        usage=usage,
        price=money.rate(agreed_price.rate, visit.currency),
        amount=money.amount(Money(amount, visit.currency)),
    )


def _billing_content(
    visit: Visit,
    billing_context: BillingContext,
    state: Subscription,
    scheduled: Sequence[Change],
    ends_on: date | None,
) -> dict[str, Any]:
    """Return the cycle, the term and its picture, the payment type, and the renewal from a quote without edits."""
    calendar = state.calendar if state.items else None
    # A trial costs nothing, so its prices would mislead.
    costs = visit.sees_costs() and not state.on_trial
    content: dict[str, Any] = {"sees_costs": costs, "method": method_name(method(visit.id).kind), "term": None}
    if calendar is None:
        return content
    renewal_quote = quote(billing_context, (), visit.actor, visit.today)
    return content | {
        "cycle": edits.cycle_name(billing_context.catalog, state.cycle.code),
        "period": money.span(calendar.period(visit.today)),
        "term": term(calendar, visit.today, scheduled, ends_on),
        "renewal_on": money.day(renewal_quote.renewal_on) if renewal_quote.renewal_on else "",
        "renewal": money.amount(Money(renewal_quote.next_renewal.total, visit.currency)),
        "tax": money.amount(Money(renewal_quote.next_renewal.tax, visit.currency))
        if renewal_quote.next_renewal.tax
        else "",
    }


def _trial_content(state: Subscription, today: date) -> dict[str, Any] | None:
    """Return the trial, while it lasts and after it until something is bought."""
    if state.trial_until is None:
        return None
    # The last day of a trial is still free, and counts.
    days_left = (state.trial_until - today).days + 1
    text = ngettext("{count} day left", "{count} days left", days_left).format(count=money.number(days_left))
    return {"until": money.day(state.trial_until), "days_left": text, "is_over": not state.on_trial}


def waiting_payment(visit: Visit) -> dict[str, Any] | None:
    """Return the payment that somebody must confirm or give up before anything else can change."""
    open_payment = open_attempt(visit.id)
    if open_payment is None:
        return None
    may_pay = visit.may("pay_invoice")
    return {
        "amount": money.amount(Money(open_payment.amount_minor, open_payment.currency)),
        "until": money.moment(open_payment.expires_at.astimezone(visit.customer.zone)),
        "address": open_payment.address if may_pay else "",
        "attempt_id": open_payment.id if may_pay else None,
    }


def _open_request_content(visit: Visit) -> dict[str, Any] | None:
    """Return the request that waits for an answer."""
    open_request = waiting_request(visit)
    if open_request is None:
        return None
    return {
        "id": open_request.id,
        "name": open_request.name,
        "on": money.day(visit.day_of(open_request.created_at)),
        "may_review": visit.may("review_requests"),
    }


def _cancelling_content(visit: Visit, state: Subscription) -> dict[str, Any]:
    # A trial ends by itself and costs nothing; there is nothing to cancel.
    if not state.items or state.on_trial:
        return {"may_cancel": False, "why_no_cancel": ""}
    return {"may_cancel": visit.may("cancel_account"), "why_no_cancel": visit.explain(visit.decide("cancel_account"))}
