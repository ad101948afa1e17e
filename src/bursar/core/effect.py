"""What an edit means for a state: the capability it needs, the day it counts from, the prices it agrees."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bursar.core.catalog import Catalog
from bursar.core.edit import (
    AddProduct,
    Cancel,
    ChangeCycle,
    ChangePlan,
    Edit,
    RemoveProduct,
    Resume,
    SetSeats,
    SetUnits,
    Suspend,
)
from bursar.core.policy import Policy, State
from bursar.core.price import Per
from bursar.core.problem import Invalid
from bursar.core.subscription import Change, Item, Moment, Pin, Sold, Subscription, state_on


class NotSubscribed(Invalid):
    """This account does not have {product}. It has: {known}."""

    code = "not_subscribed"


class AlreadySubscribed(Invalid):
    """This account has {product} already; change its seats, units or plan instead."""

    code = "already_subscribed"


class SeatsNeeded(Invalid):
    """{product} in the plan {plan} is sold by the seat: give "seats" and no "units"."""

    code = "wrong_measure"


class UnitsNeeded(Invalid):
    """{product} in the plan {plan} is sold by the unit: give "units" and no "seats"."""

    code = "wrong_measure"


class NoQuantity(Invalid):
    """{product} in the plan {plan} has one price for the account: leave "seats" and "units" out."""

    code = "wrong_measure"


class OtherMeasure(Invalid):
    """The plans {old} and {new} of {product} are not sold by the same measure: remove the product and add it anew."""

    code = "wrong_measure"


class TooFarBack(Invalid):
    """The day {on} is before the open billing period; the earliest day possible is {earliest}."""

    code = "too_far_back"


WHOLE: Final = "whole"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is in force today, and what is already scheduled."""

    start: Subscription
    moments: Sequence[Moment]
    today: date

    @property
    def state(self) -> Subscription:
        """The state in force today."""
        return self.on(self.today)

    def on(self, day: date) -> Subscription:
        """The state in force on a day, as scheduled now."""
        return state_on(self.start, self.moments, day)

    def from_(self, day: date) -> list[Subscription]:
        """The state of a day and every later one."""
        return [self.on(day), *(moment.state for moment in self.moments if moment.on > day)]


def capability(edit: Edit, state: Subscription, catalog: Catalog) -> str | None:
    """What the edit needs, measured against the state in force; None if it changes nothing, "" if only the vendor may.

    Errors: NotSubscribed, AlreadySubscribed, OtherMeasure, those of measure, and those of the catalog.
    """
    match edit:
        case AddProduct():
            _addable(edit, state, catalog)
            return "add_products"
        case SetSeats(product=product, seats=seats):
            now = _item(state, product, Per.SEAT).quantity
            return None if seats == now and edit.price is None else "add_seats" if seats >= now else "remove_seats"
        case SetUnits(product=product, units=units):
            now = _item(state, product, Per.UNIT).quantity
            return (
                None if units == now and edit.price is None else "add_products" if units >= now else "remove_products"
            )
        case ChangePlan():
            return _plan_capability(edit, state, catalog)
        case RemoveProduct(product=product):
            _item(state, product)
            return "remove_products"
        case ChangeCycle(cycle=cycle):
            wanted = catalog.cycle(cycle)
            if state.calendar is None:
                return "add_products"
            return None if wanted == state.cycle else "change_billing_cycle"
        case Cancel():
            return "cancel_account"
        case Suspend():
            return None if state.standing is State.SUSPENDED else ""
        case Resume():
            return None if state.standing is State.ACTIVE else ""
    raise TypeError(f"{type(edit).__name__} refers to a change, not to a state")


def effective_on(edit: Edit, needed: str, outlook: Outlook, policy: Policy) -> date:
    """The first day on which the edit counts. Errors: TooFarBack."""
    state, today = outlook.state, outlook.today
    timing = policy.timing.get(needed)
    wanted = edit.on or (timing.effect if timing else "now")
    calendar = state.calendar if state.calendar and state.calendar.anchor <= today else None
    if isinstance(wanted, date):
        backdated = isinstance(edit, AddProduct | SetSeats | SetUnits | ChangePlan | RemoveProduct)
        earliest = calendar.period(today).start if calendar and backdated else today
        if wanted < earliest:
            raise TooFarBack(on=wanted, earliest=earliest)
        return wanted
    if wanted == "now" or calendar is None:
        return today
    return (calendar.period(today) if wanted == "end_of_period" else calendar.term(today)).end


def subject(edit: Edit) -> tuple[str, str]:
    """The thing that an edit is about, and which attribute of it."""
    match edit:
        case AddProduct(product=product) | RemoveProduct(product=product):
            return product, WHOLE
        case SetSeats(product=product) | SetUnits(product=product):
            return product, "quantity"
        case ChangePlan(product=product):
            return product, "plan"
        case ChangeCycle():
            return "", "cycle"
        case Cancel():
            return "", "cancel"
    return "", "standing"


def collide(one: Edit, other: Edit) -> bool:
    """Whether two edits are about the same attribute of the same thing."""
    (thing, attribute), (other_thing, other_attribute) = subject(one), subject(other)
    return thing == other_thing and (attribute == other_attribute or WHOLE in (attribute, other_attribute))


def pins(
    edit: Edit, on: date, outlook: Outlook, catalog: Catalog, currency: str, changes: Collection[Change]
) -> tuple[Pin, ...]:
    """The prices that an edit agrees when taken; `changes` are all scheduled ones and those of the same list.

    Anything scheduled may be undone later, so the prices of what would then be there are agreed as well.

    Errors: NoPrice and the other errors of the catalog.
    """
    match edit:
        case AddProduct(product=product, plan=plan) | ChangePlan(product=product, plan=plan):
            cycles = _cycles_from(on, outlook, changes)
            agreed = tuple(_pin(catalog, product, plan, currency, cycle) for cycle in cycles)
            if edit.price is not None:
                agreed = (replace(agreed[0], rate=edit.price), *agreed[1:])
            codes = {outlook.state.cycle.code, *(one.cycle.code for one in changes if one.cycle)} - set(cycles)
            return (*agreed, *_perhaps(catalog, ((product, plan, cycle) for cycle in codes), currency, outlook))
        case SetSeats(product=product) | SetUnits(product=product) if edit.price is not None:
            state = outlook.on(on)
            return (replace(state.pin(_item(state, product)), rate=edit.price),)
        case ChangeCycle(cycle=cycle):
            gone = {
                one.edit.product for one in changes if isinstance(one.edit, RemoveProduct) and one.effective_on <= on
            }
            ahead = {one for one in _held(outlook, on) if one[0] not in gone}
            others = _held(outlook, outlook.today) - ahead
            agreed = tuple(_pin(catalog, *one, currency, cycle) for one in sorted(ahead))
            return (*agreed, *_perhaps(catalog, ((*one, cycle) for one in others), currency, outlook))
    return ()


def _held(outlook: Outlook, since: date) -> set[tuple[str, str]]:
    """Each product and plan that the account has on a day or later."""
    return {(item.product, item.plan) for state in outlook.from_(since) for item in state.items.values()}


def _perhaps(catalog: Catalog, sold: Iterable[Sold], currency: str, outlook: Outlook) -> Iterator[Pin]:
    """Prices that count only if something scheduled is undone: what is still sold, and not agreed already."""
    for product, plan, cycle in sorted(sold):
        known = catalog.product_by.get(product)
        prices = known.plan_by[plan].price_by if known and plan in known.plan_by else {}
        if (currency, cycle) in prices and (product, plan, cycle) not in outlook.state.pins:
            yield _pin(catalog, product, plan, currency, cycle)


def _cycles_from(on: date, outlook: Outlook, changes: Iterable[Change]) -> tuple[str, ...]:
    """The cycle of a day and those that follow it."""
    switches = sorted(
        ((one.effective_on, one.position, one.cycle.code) for one in changes if one.cycle is not None),
    )
    past = [code for day, _, code in switches if day <= on]
    current = past[-1] if past else outlook.on(on).cycle.code
    return tuple(dict.fromkeys((current, *(code for day, _, code in switches if day > on))))


def _pin(catalog: Catalog, product: str, plan: str, currency: str, cycle: str) -> Pin:
    price = catalog.price(product, plan, currency, cycle)
    base, rank = catalog.product(product).base, catalog.rank(product, plan)
    light_agents = catalog.plan(product, plan).light_agents
    return Pin(product, plan, cycle, price.per, price.rate, catalog.version, base, rank, light_agents)


def _item(state: Subscription, product: str, per: Per | None = None) -> Item:
    item = state.items.get(product)
    if item is None:
        raise NotSubscribed(product=product, known=", ".join(state.items) or "–")
    measure = state.pin(item).per
    if per not in (None, measure):
        raise _MEASURES[measure](product=product, plan=item.plan)
    return item


_MEASURES: Final[Mapping[Per, type[Invalid]]] = {Per.SEAT: SeatsNeeded, Per.UNIT: UnitsNeeded, Per.ACCOUNT: NoQuantity}


def _addable(edit: AddProduct, state: Subscription, catalog: Catalog) -> None:
    per = catalog.plan(edit.product, edit.plan).per
    if edit.product in state.items:
        raise AlreadySubscribed(product=edit.product)
    given = (edit.seats is not None, edit.units is not None)
    if given != (per is Per.SEAT, per is Per.UNIT):
        raise _MEASURES[per](product=edit.product, plan=edit.plan)


def _plan_capability(edit: ChangePlan, state: Subscription, catalog: Catalog) -> str | None:
    wanted = catalog.plan(edit.product, edit.plan)
    item = _item(state, edit.product)
    pin = state.pin(item)
    if item.plan == edit.plan:
        return None if edit.price is None else "upgrade_plan"
    if wanted.per is not pin.per:
        raise OtherMeasure(product=edit.product, old=item.plan, new=edit.plan)
    # A plan that is no longer sold keeps the rank that it had when its price was agreed.
    known = {plan.code for plan in catalog.product(edit.product).plans}
    rank = catalog.rank(edit.product, item.plan) if item.plan in known else pin.rank
    return "upgrade_plan" if catalog.rank(edit.product, edit.plan) >= rank else "downgrade_plan"
