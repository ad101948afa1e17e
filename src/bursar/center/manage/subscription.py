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
from bursar.center.manage.temporary_seats import temporary_said
from bursar.center.manage.term import term
from bursar.center.requests.summaries import waiting_request
from bursar.center.visit import Visit, shown, visit
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
class ItemShown:
    """An item of the account."""

    product: str
    plan: str
    quantity: str
    temporary: tuple[str, ...]
    used: str
    price: str
    amount: str


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """A scheduled change; `undo` is true if this person may undo it, otherwise `why_not` says why.

    `short` says that it leaves too few seats; `name` is the address to name more people who give theirs up, or `free`
    the address to take seats back.
    """

    id: UUID
    said: str
    on: str
    undo: bool
    why_not: str
    short: str = ""
    name: str = ""
    free: str = ""


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the items, the scheduled changes and the next renewal."""
    seen = visit(request, account_id)
    seen.check("subscription", "view_subscription")
    billing_context = context(seen.customer, seen.today, seen.policy)
    state, end = billing_context.timeline.on(seen.today), billing_context.timeline.end()
    ends_on = end.on if end is not None and end.on > seen.today else None
    shorts = {
        shortfall.change: shortfall
        for shortfall in shortfalls(billing_context.timeline, billing_context.used, seen.today)
    }
    scheduled, before = billing_context.timeline.pending(seen.today), billing_context.timeline.states_before()
    content = {
        "standing": state_name(seen.customer.account.state.value),
        "active": seen.customer.account.state.value == "active",
        "items": _items(seen, billing_context, state),
        "scheduled": [
            change_shown(seen, change, before[change.id], billing_context.catalog, shorts.get(change.id))
            for change in scheduled
        ],
        "ends_on": money.day(ends_on) if ends_on else "",
        "trial": _trial(state, seen.today),
        "manage": any(seen.open(capability) for capability in CHANGING),
        "whom": seen.why_nothing(),
        "waiting": waiting(seen),
        "asked": _open_request(seen),
        **_billing(seen, billing_context, state, scheduled, ends_on),
        **_cancelling(seen, state),
    }
    return shown(request, seen, "subscription", "subscription", content)


def change_shown(
    seen: Visit, change: Change, before: Subscription, catalog: Catalog, short: Shortfall | None
) -> ChangeShown:
    """Return a scheduled change, compared with the state before it, and whether this person may undo it."""
    sentence, on = edits.said(change.edit, before, catalog), money.day(change.effective_on)
    decision = seen.decide_undo(change)
    why_not = seen.why_not(decision)
    if change.by_vendor and not seen.staff:
        [contact] = decision.ask
        why_not = _("Your vendor scheduled this; ask {name}, {email}.").format(name=contact.name, email=contact.email)
    shown_change = ChangeShown(change.id, sentence, on, decision.outcome is Outcome.ALLOWED, why_not)
    if short is None:
        return shown_change
    too_few = edits.short(edits.product_name(catalog, short.product), short.seats, short.more, short.on)
    naming = shown_change.undo and seen.may("remove_seats")
    # A person who may not order the reduction again can still take seats back before its day.
    freeing = reverse("seats", args=[seen.id]) if not naming and seen.may("manage_members") else ""
    return replace(
        shown_change, short=too_few, name=_reduction_form(seen, change, short) if naming else "", free=freeing
    )


def _reduction_form(seen: Visit, change: Change, short: Shortfall) -> str:
    """Return the address of the form that orders a reduction again, with its members who still have a seat."""
    assert isinstance(change.edit, SetSeats)
    filled = {f"quantity_{short.product}": str(change.edit.seats), f"about_{change.id}": "undo"}
    filled |= {release_field(short.product, str(member)): "1" for member in short.named}
    return f"{reverse('manage', args=[seen.id])}?{urlencode(filled)}"


def _items(seen: Visit, billing_context: BillingContext, state: Subscription) -> list[ItemShown]:
    catalogs = versions({state.agreed_price(item).catalog_version for item in state.items.values()})
    return [
        _item(seen, billing_context, state, item, catalogs[state.agreed_price(item).catalog_version])
        for item in state.items.values()
    ]


def _item(seen: Visit, billing_context: BillingContext, state: Subscription, item: Item, catalog: Catalog) -> ItemShown:
    """Return an item, named as in the catalog version that sold it."""
    agreed_price, use = state.agreed_price(item), billing_context.used.get(item.product)
    seats = ""
    if agreed_price.per is Per.SEAT and use is not None:
        seats = _("{used} used, {free} free").format(used=money.number(use.used), free=money.number(use.free))
    amount = period_price(agreed_price.rate, item.quantity, digits(seen.currency))
    return ItemShown(
        product=edits.product_name(catalog, item.product),
        plan=edits.plan_name(catalog, item.product, item.plan),
        quantity=edits.quantity(item.quantity, agreed_price.per.value),
        temporary=temporary_said(item),
        used=seats,
        price=money.rate(agreed_price.rate, seen.currency),
        amount=money.amount(Money(amount, seen.currency)),
    )


def _billing(
    seen: Visit, billing_context: BillingContext, state: Subscription, scheduled: Sequence[Change], ends_on: date | None
) -> dict[str, Any]:
    """Return the cycle, the term and its picture, the payment type, and the renewal from a quote without edits."""
    calendar = state.calendar if state.items else None
    # A trial costs nothing, so its prices would mislead.
    costs = seen.shows_costs() and not state.on_trial
    content: dict[str, Any] = {"costs": costs, "method": method_name(method(seen.id).kind), "term": None}
    if calendar is None:
        return content
    renewal_quote = quote(billing_context, (), seen.actor, seen.today)
    return content | {
        "cycle": edits.cycle_name(billing_context.catalog, state.cycle.code),
        "period": money.span(calendar.period(seen.today)),
        "term": term(calendar, seen.today, scheduled, ends_on),
        "renewal_on": money.day(renewal_quote.renewal_on) if renewal_quote.renewal_on else "",
        "renewal": money.amount(Money(renewal_quote.next_renewal.total, seen.currency)),
        "tax": money.amount(Money(renewal_quote.next_renewal.tax, seen.currency))
        if renewal_quote.next_renewal.tax
        else "",
    }


def _trial(state: Subscription, today: date) -> dict[str, Any] | None:
    """Return the trial, while it lasts and after it until something is bought."""
    if state.trial_until is None:
        return None
    days_left = (state.trial_until - today).days + 1
    said = ngettext("{count} day left", "{count} days left", days_left).format(count=money.number(days_left))
    return {"until": money.day(state.trial_until), "left": said, "over": not state.on_trial}


def waiting(seen: Visit) -> dict[str, Any] | None:
    """Return the payment that somebody must confirm or give up before anything else can change."""
    open_payment = open_attempt(seen.id)
    if open_payment is None:
        return None
    pays = seen.may("pay_invoice")
    return {
        "amount": money.amount(Money(open_payment.amount_minor, open_payment.currency)),
        "until": money.moment(open_payment.expires_at.astimezone(seen.customer.zone)),
        "address": open_payment.address if pays else "",
        "given_up": open_payment.id if pays else None,
    }


def _open_request(seen: Visit) -> dict[str, Any] | None:
    """Return the request that waits for an answer."""
    open_request = waiting_request(seen)
    if open_request is None:
        return None
    return {
        "id": open_request.id,
        "name": open_request.name,
        "on": money.day(seen.day(open_request.created_at)),
        "review": seen.may("review_requests"),
    }


def _cancelling(seen: Visit, state: Subscription) -> dict[str, Any]:
    if not state.items or state.on_trial:
        return {"cancel": False, "why_no_cancel": ""}
    return {"cancel": seen.may("cancel_account"), "why_no_cancel": seen.why_not(seen.decide("cancel_account"))}
