"""Edit rules: the capability that an edit needs, the day it counts from, and the thing it is about."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from bursar.core.messages.problem import Conflict, Invalid
from bursar.core.money.price import Per
from bursar.core.policy.capability import SHRINKING
from bursar.core.policy.policy import Policy, State
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.edit import (
    EXPECTING,
    AddProduct,
    AddTemporarySeats,
    Cancel,
    ChangeCycle,
    ChangePlan,
    Edit,
    RemoveProduct,
    Resume,
    SetSeats,
    SetUnits,
    StartTrial,
    Suspend,
)
from bursar.core.subscription.item import Item
from bursar.core.subscription.measure import SameMeasure, check_counted, check_number
from bursar.core.subscription.subscription import Subscription
from bursar.core.subscription.timeline import Timeline


class NotSubscribed(Invalid):
    """This account does not have {product}. It has: {known}."""

    code = "not_subscribed"


class AlreadySubscribed(Invalid):
    """This account has {product} already; change its seats, units or plan instead."""

    code = "already_subscribed"


class TooFarBack(Invalid):
    """The day {on} is before the open billing period; the earliest day possible is {earliest}."""

    code = "too_far_back"


class OutsideTerm(Invalid):
    """Temporary seats are for days within one term: give a first day from {first} on, and a last one before {end}."""

    code = "outside_term"


class TrialOver(Invalid):
    """A trial lasts until today at least, {today}; give a later last day than {until}."""

    code = "trial_over"


class NothingToTry(Conflict):
    """Trials are for accounts that have bought nothing yet; this one has bought something already."""

    code = "nothing_to_try"


class OnTrial(Conflict):
    """The products on trial until {until} cannot be changed; add one in the plan that you want, which buys it, or wait."""

    code = "on_trial"


WHOLE: Final = "whole"


@dataclass(frozen=True, slots=True)
class NoChange:
    """An edit that changes nothing, and so needs no capability."""


@dataclass(frozen=True, slots=True)
class Needs:
    """An edit that needs a capability."""

    capability: str


@dataclass(frozen=True, slots=True)
class VendorOnly:
    """An edit that only the vendor makes; no capability of members allows it."""


Required = NoChange | Needs | VendorOnly


def required_capability(edit: Edit, state: Subscription, catalog: Catalog) -> Required:
    """Return the capability that an edit needs, measured against the state in force.

    Errors: NotSubscribed, AlreadySubscribed, OnTrial, NothingToTry, the problems of `measure` and of the catalog.
    """
    if state.on_trial and isinstance(edit, SetSeats | AddTemporarySeats | SetUnits | ChangePlan | RemoveProduct):
        raise OnTrial(until=state.trial_until)
    match edit:
        case AddProduct():
            _check_addable(edit, state, catalog)
            return Needs("add_products")
        case SetSeats(product=product, seats=seats):
            more = seats - item_of(state, product, Per.SEAT).quantity
            return _quantity_capability(more, "add_seats", "remove_seats", priced=edit.price is not None)
        case AddTemporarySeats(product=product):
            item_of(state, product, Per.SEAT)
            return Needs("add_temporary_seats")
        case SetUnits(product=product, units=units):
            more = units - item_of(state, product, Per.UNIT).quantity
            return _quantity_capability(more, "add_products", "remove_products", priced=edit.price is not None)
        case ChangePlan():
            return _plan_capability(edit, state, catalog)
        case RemoveProduct(product=product):
            item_of(state, product)
            return Needs("remove_products")
        case ChangeCycle():
            return _cycle_capability(edit, state, catalog)
        case Cancel():
            return Needs("cancel_account")
        case StartTrial():
            if state.calendar is not None:
                raise NothingToTry()
            check_number(edit, catalog.plan(edit.product, edit.plan).per)
            return Needs("add_products")
        case Suspend():
            return NoChange() if state.account_state is State.SUSPENDED else VendorOnly()
        case Resume():
            return NoChange() if state.account_state is State.ACTIVE else VendorOnly()
    raise TypeError(f"{type(edit).__name__} refers to a change, not to a state")


def effective_on(edit: Edit, needed: str, timeline: Timeline, policy: Policy, today: date) -> date:
    """Return the first day on which the edit counts. Errors: TooFarBack, OutsideTerm, TrialOver."""
    state = timeline.on(today)
    if isinstance(edit, AddTemporarySeats):
        return _within_term(edit, state, today)
    if isinstance(edit, StartTrial) and edit.until < today:
        raise TrialOver(today=today, until=edit.until)
    if edit.on is None and policy.same_day_undo and is_same_day_undo(edit, needed, timeline, today):
        return today
    timing = policy.timing.get(needed)
    wanted = edit.on or (timing.effect if timing else "now")
    calendar = state.calendar if state.calendar and state.calendar.anchor <= today else None
    if isinstance(wanted, date):
        # Only changes of items are dated back, into the open billing period: earlier ones are on final invoices.
        backdated = isinstance(edit, AddProduct | SetSeats | SetUnits | ChangePlan | RemoveProduct)
        earliest = calendar.period(today).start if calendar and backdated else today
        if wanted < earliest:
            raise TooFarBack(on=wanted, earliest=earliest)
        return wanted
    if wanted == "now" or calendar is None:
        return today
    return (calendar.period(today) if wanted == "end_of_period" else calendar.term(today)).end


def is_same_day_undo(edit: Edit, needed: str, timeline: Timeline, today: date) -> bool:
    """Return true if a reduction reverses no more than was ordered on the same day."""
    if needed not in SHRINKING:
        return False
    opening, _ = timeline.orders_from(today)
    if isinstance(edit, Cancel):
        return opening.calendar is None
    item = opening.items.get(getattr(edit, "product", ""))
    match edit:
        case SetSeats(seats=quantity) | SetUnits(units=quantity):
            return item is None or quantity >= item.quantity
        case ChangePlan(plan=plan):
            return item is None or (plan == item.plan and (edit.seats or edit.units or item.quantity) >= item.quantity)
    return item is None


def differs_from_expected(edit: Edit, state: Subscription) -> bool:
    """Return true if other values are in force than the author of an edit expects."""
    if not isinstance(edit, EXPECTING) or edit.expected is None:
        return False
    item = state.items.get(getattr(edit, "product", ""))
    quantity, plan = (item.quantity, item.plan) if item else (None, None)
    in_force = {"seats": quantity, "units": quantity, "plan": plan, "cycle": state.cycle.code}
    return any(value not in (None, in_force[name]) for name, value in asdict(edit.expected).items())


def subject(edit: Edit) -> tuple[str, str]:
    """Return the thing that an edit is about, a product or the whole, and the attribute that it changes."""
    match edit:
        case AddProduct(product=product) | RemoveProduct(product=product) | StartTrial(product=product):
            return product, WHOLE
        case AddTemporarySeats(product=product, span=span):
            return product, f"temporary {span.start} {span.end}"
        case SetSeats(product=product) | SetUnits(product=product):
            return product, "quantity"
        case ChangePlan(product=product):
            # Another measure comes with a number of its own, which is then what the product's seats or units are.
            return product, "plan" if edit.seats is None and edit.units is None else WHOLE
        case ChangeCycle():
            return "", "cycle"
        case Cancel():
            return "", "cancel"
    return "", "standing"


def same_subject(edit: Edit, other: Edit) -> bool:
    """Return true if two edits change the same attribute of the same thing."""
    (thing, attribute), (other_thing, other_attribute) = subject(edit), subject(other)
    return thing == other_thing and (attribute == other_attribute or WHOLE in (attribute, other_attribute))


def item_of(state: Subscription, product: str, per: Per | None = None) -> Item:
    """Return the item of a product, sold by the measure asked for. Errors: NotSubscribed and the problems of `measure`."""
    item = state.items.get(product)
    if item is None:
        raise NotSubscribed(product=product, known=", ".join(state.items) or "–")
    if per is not None:
        check_counted(item, state.agreed_price(item).per, per)
    return item


def _within_term(edit: AddTemporarySeats, state: Subscription, today: date) -> date:
    """Return the first day of temporary seats. Errors: OutsideTerm unless all days are within one term, from today on."""
    assert state.calendar is not None
    end = state.calendar.term(max(edit.span.start, today)).end
    if edit.span.start < today or edit.span.end > end:
        raise OutsideTerm(first=today, end=end)
    return edit.span.start


def _check_addable(edit: AddProduct, state: Subscription, catalog: Catalog) -> None:
    check_number(edit, catalog.plan(edit.product, edit.plan).per)
    if edit.product in state.items and not state.on_trial:
        raise AlreadySubscribed(product=edit.product)


def _quantity_capability(more: int, adding: str, removing: str, *, priced: bool) -> Required:
    """Return the capability for another quantity; the same quantity at an agreed price counts as an addition."""
    if more == 0 and not priced:
        return NoChange()
    return Needs(adding if more >= 0 else removing)


def _cycle_capability(edit: ChangeCycle, state: Subscription, catalog: Catalog) -> Required:
    # The cycle in force stays possible where the catalog no longer has it.
    stays = edit.cycle == state.cycle.code and edit.cycle not in catalog.cycle_by
    wanted = state.cycle if stays else catalog.cycle(edit.cycle)
    if state.calendar is None:
        return Needs("add_products")
    return NoChange() if wanted == state.cycle else Needs("change_billing_cycle")


def _plan_capability(edit: ChangePlan, state: Subscription, catalog: Catalog) -> Required:
    item = item_of(state, edit.product)
    agreed_price = state.agreed_price(item)
    counted = edit.seats is not None or edit.units is not None
    if item.plan == edit.plan and edit.price is None and not counted:
        return NoChange()
    per = catalog.plan(edit.product, edit.plan).per
    if per is not agreed_price.per:
        check_number(edit, per)
    elif counted:
        raise SameMeasure(product=edit.product, plan=edit.plan)
    # A plan that is no longer sold keeps the rank that it had when its price was agreed.
    sold = {plan.code for plan in catalog.product(edit.product).plans}
    rank = catalog.rank(edit.product, item.plan) if item.plan in sold else agreed_price.rank
    return Needs("upgrade_plan" if catalog.rank(edit.product, edit.plan) >= rank else "downgrade_plan")
