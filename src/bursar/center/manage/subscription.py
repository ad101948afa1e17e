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
    """One product of the account."""

    product: str
    plan: str
    quantity: str
    temporary: tuple[str, ...]
    used: str
    price: str
    amount: str


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One scheduled change; `undo` says whether this person may take it back, `why_not` otherwise.

    `short` says that too few people give up their seat by it, and `name` is where this person names others,
    or `free` where they can take seats back.
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
    """The page, or why it does not open to this person."""
    seen = visit(request, account_id)
    seen.check("subscription", "view_subscription")
    known = context(seen.customer, seen.today, seen.policy)
    state, end = known.timeline.on(seen.today), known.timeline.end()
    ends_on = end.on if end is not None and end.on > seen.today else None
    shorts = {shortfall.change: shortfall for shortfall in shortfalls(known.timeline, known.used, seen.today)}
    scheduled, before = known.timeline.pending(seen.today), known.timeline.states_before()
    content = {
        "standing": state_name(seen.customer.account.state.value),
        "active": seen.customer.account.state.value == "active",
        "items": _items(seen, known, state),
        "scheduled": [change_shown(seen, one, before[one.id], known.catalog, shorts.get(one.id)) for one in scheduled],
        "ends_on": money.day(ends_on) if ends_on else "",
        "trial": _trial(state, seen.today),
        "manage": any(seen.open(one) for one in CHANGING),
        "whom": seen.why_nothing(),
        "waiting": waiting(seen),
        "asked": _asked(seen),
        **_billing(seen, known, state, scheduled, ends_on),
        **_cancelling(seen, state),
    }
    return shown(request, seen, "subscription", "subscription", content)


def change_shown(
    seen: Visit, change: Change, before: Subscription, catalog: Catalog, short: Shortfall | None
) -> ChangeShown:
    """A scheduled change, measured against the state before it, with whether this person may take it back."""
    said, on = edits.said(change.edit, before, catalog), money.day(change.effective_on)
    decision = seen.decide_undo(change)
    why_not = seen.why_not(decision)
    if change.by_vendor and not seen.staff:
        [contact] = decision.ask
        why_not = _("Your vendor scheduled this; ask {name}, {email}.").format(name=contact.name, email=contact.email)
    shown_change = ChangeShown(change.id, said, on, decision.outcome is Outcome.ALLOWED, why_not)
    if short is None:
        return shown_change
    too_few = edits.short(edits.product_name(catalog, short.product), short.seats, short.more, short.on)
    naming = shown_change.undo and seen.may("remove_seats")
    # Who may not make the reduction anew chooses by taking a seat back before it.
    freeing = reverse("seats", args=[seen.id]) if not naming and seen.may("manage_members") else ""
    return replace(shown_change, short=too_few, name=_naming(seen, change, short) if naming else "", free=freeing)


def _naming(seen: Visit, change: Change, short: Shortfall) -> str:
    """The form of Manage in which a reduction is made anew, with those who were named for it and still have a seat."""
    assert isinstance(change.edit, SetSeats)
    filled = {f"quantity_{short.product}": str(change.edit.seats), f"about_{change.id}": "undo"}
    filled |= {release_field(short.product, str(member)): "1" for member in short.named}
    return f"{reverse('manage', args=[seen.id])}?{urlencode(filled)}"


def _items(seen: Visit, known: BillingContext, state: Subscription) -> list[ItemShown]:
    catalogs = versions({state.agreed_price(item).catalog_version for item in state.items.values()})
    return [
        _item(seen, known, state, item, catalogs[state.agreed_price(item).catalog_version])
        for item in state.items.values()
    ]


def _item(seen: Visit, known: BillingContext, state: Subscription, item: Item, catalog: Catalog) -> ItemShown:
    """An item, named as the catalog named it when it was agreed."""
    agreed_price, use = state.agreed_price(item), known.used.get(item.product)
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
    seen: Visit, known: BillingContext, state: Subscription, scheduled: Sequence[Change], ends_on: date | None
) -> dict[str, Any]:
    """The cycle, the term with its picture, how it is paid, and the next renewal as a quote of nothing says it."""
    calendar = state.calendar if state.items else None
    # What a trial would cost is nothing that the account pays.
    costs = seen.shows_costs() and not state.on_trial
    found: dict[str, Any] = {"costs": costs, "method": method_name(method(seen.id).kind), "term": None}
    if calendar is None:
        return found
    next_ = quote(known, (), seen.actor, seen.today)
    return found | {
        "cycle": edits.cycle_name(known.catalog, state.cycle.code),
        "period": money.span(calendar.period(seen.today)),
        "term": term(calendar, seen.today, scheduled, ends_on),
        "renewal_on": money.day(next_.renewal_on) if next_.renewal_on else "",
        "renewal": money.amount(Money(next_.next_renewal.total, seen.currency)),
        "tax": money.amount(Money(next_.next_renewal.tax, seen.currency)) if next_.next_renewal.tax else "",
    }


def _trial(state: Subscription, today: date) -> dict[str, Any] | None:
    """The trial, while it lasts and after it until something is bought."""
    if state.trial_until is None:
        return None
    left = (state.trial_until - today).days + 1
    said = ngettext("{count} day left", "{count} days left", left).format(count=money.number(left))
    return {"until": money.day(state.trial_until), "left": said, "over": not state.on_trial}


def waiting(seen: Visit) -> dict[str, Any] | None:
    """Return the payment that somebody must confirm or give up before anything else can change."""
    found = open_attempt(seen.id)
    if found is None:
        return None
    pays = seen.may("pay_invoice")
    return {
        "amount": money.amount(Money(found.amount_minor, found.currency)),
        "until": money.moment(found.expires_at.astimezone(seen.customer.zone)),
        "address": found.address if pays else "",
        "given_up": found.id if pays else None,
    }


def _asked(seen: Visit) -> dict[str, Any] | None:
    """The request that waits for an answer."""
    found = waiting_request(seen)
    if found is None:
        return None
    return {
        "id": found.id,
        "name": found.name,
        "on": money.day(seen.day(found.created_at)),
        "review": seen.may("review_requests"),
    }


def _cancelling(seen: Visit, state: Subscription) -> dict[str, Any]:
    if not state.items or state.on_trial:
        return {"cancel": False, "why_no_cancel": ""}
    return {"cancel": seen.may("cancel_account"), "why_no_cancel": seen.why_not(seen.decide("cancel_account"))}
