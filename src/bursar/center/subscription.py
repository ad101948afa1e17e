"""The Subscription page: what the account has, what is scheduled, and what this person may do about it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bursar.catalog.queries import current as current_catalog
from bursar.catalog.queries import version
from bursar.center.entry import Visit, visit
from bursar.core.currency import digits
from bursar.core.money import Money
from bursar.core.policy import Outcome, shows_costs
from bursar.core.price import Per, period_price
from bursar.core.subscription import Change, Item, Subscription, pending, state_on, timeline
from bursar.payments.queries import method
from bursar.seats.queries import uses
from bursar.subscriptions.queries import Agreement, agreement
from bursar.words import edits, money
from bursar.words.decision import state as standing_name
from bursar.words.payment import method_name

CHANGING = (
    "add_seats",
    "remove_seats",
    "add_products",
    "remove_products",
    "upgrade_plan",
    "downgrade_plan",
    "change_billing_cycle",
)


@dataclass(frozen=True, slots=True)
class ItemShown:
    """One product of the account."""

    product: str
    plan: str
    quantity: str
    used: str
    price: str
    amount: str


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One scheduled change; `undo` says whether this person may take it back, `why_not` otherwise."""

    id: UUID
    said: str
    on: str
    undo: bool
    why_not: str


@require_GET
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The page, or why it does not open to this person."""
    seen = visit(request, account_id)
    decision = seen.decide("view_subscription")
    if decision.outcome is not Outcome.ALLOWED:
        return render(
            request, "center/closed.html", {**seen.frame("subscription"), "why_not": seen.why_not(decision)}, status=403
        )
    return render(request, "center/subscription.html", {**seen.frame("subscription"), **_content(seen)})


def _content(seen: Visit) -> dict[str, Any]:
    agreed = agreement(seen.id)
    moments = timeline(agreed.start, agreed.changes)
    state = state_on(agreed.start, moments, seen.today)
    calendar = state.calendar if state.items else None
    costs = shows_costs(seen.policy, seen.customer.account, seen.today)
    cancelling = seen.decide("cancel_account")
    scheduled = _scheduled(seen, agreed, state)
    return {
        "standing": standing_name(seen.customer.account.state.value),
        "active": seen.customer.account.state.value == "active",
        "items": _items(seen, state),
        "costs": costs,
        "cycle": edits.cycle_name(current_catalog(), state.cycle.code) if calendar else "",
        "period": money.span(calendar.period(seen.today)) if calendar else "",
        "term_end": money.day(calendar.term(seen.today).end) if calendar else "",
        "renewal": money.day(calendar.period(seen.today).end) if calendar else "",
        "method": method_name(method(seen.id).kind),
        "scheduled": scheduled,
        "manage": any(seen.open(one) for one in CHANGING),
        "whom": _whom_to_contact(seen),
        "cancel": cancelling.outcome is Outcome.ALLOWED and bool(state.items),
        "why_no_cancel": seen.why_not(cancelling) if state.items else "",
    }


def _items(seen: Visit, state: Subscription) -> list[ItemShown]:
    used = uses(seen.id)
    return [_item(seen, state, item, used) for item in state.items.values()]


def _item(seen: Visit, state: Subscription, item: Item, used: Any) -> ItemShown:
    pin = state.pin(item)
    catalog = version(pin.catalog_version)
    use = used.get(item.product)
    seats = ""
    if pin.per is Per.SEAT and use is not None:
        seats = _("{used} used, {free} free").format(used=money.number(use.used), free=money.number(use.free))
    amount = period_price(pin.rate, item.quantity, digits(seen.currency))
    return ItemShown(
        product=edits.product_name(catalog, item.product),
        plan=edits.plan_name(catalog, item.product, item.plan),
        quantity=edits.quantity(item.quantity, pin.per.value),
        used=seats,
        price=money.rate(pin.rate, seen.currency),
        amount=money.amount(Money(amount, seen.currency)),
    )


def _scheduled(seen: Visit, agreed: Agreement, state: Subscription) -> list[ChangeShown]:
    catalog = current_catalog()
    return [
        _change(seen, change, edits.said(change.edit, state, catalog)) for change in pending(agreed.changes, seen.today)
    ]


def _change(seen: Visit, change: Change, said: str) -> ChangeShown:
    if change.by_vendor:
        [contact] = seen.customer.account.at_the_vendor()
        why_not = _("Your vendor scheduled this; ask {name}, {email}.").format(name=contact.name, email=contact.email)
        return ChangeShown(change.id, said, money.day(change.effective_on), False, why_not)
    decision = seen.decide(change.capability)
    allowed = decision.outcome is Outcome.ALLOWED
    return ChangeShown(change.id, said, money.day(change.effective_on), allowed, seen.why_not(decision))


def _whom_to_contact(seen: Visit) -> str:
    """In place of Manage: why this person may change nothing, and whom to contact."""
    return seen.why_not(seen.decide("add_seats"))
