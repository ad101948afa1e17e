"""The agreed state of an account: what it has, in which cycle, at which prices, folded from changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import Final
from uuid import UUID

from bursar.core.cycle import MONTHLY, Calendar, Cycle
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
from bursar.core.policy import State
from bursar.core.price import Per
from bursar.core.problem import Conflict


class NotAgreed(Conflict):
    """No price was agreed for {product} in the plan {plan} and the cycle {cycle}; undo what else is scheduled for it as well."""

    code = "not_agreed"


Sold = tuple[str, str, str]
"""A product, one of its plans, and a cycle: what a price is agreed for."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A price agreed with an account, and what its catalog version said of the plan.

    `rate` is for one seat, unit or account and one whole billing period.
    """

    product: str
    plan: str
    cycle: str
    per: Per
    rate: Decimal
    catalog_version: int
    base: bool
    rank: int

    @property
    def sold(self) -> Sold:
        """What the price is for."""
        return self.product, self.plan, self.cycle


@dataclass(frozen=True, slots=True)
class Item:
    """One product or add-on of an account. `quantity` is seats, units, or 1 where the account pays as a whole."""

    product: str
    plan: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """What an account has on a day. Without a calendar nothing was ever bought; `cycle` is then the one to begin in."""

    standing: State = State.ACTIVE
    cycle: Cycle = MONTHLY
    calendar: Calendar | None = None
    items: Mapping[str, Item] = field(default_factory=lambda: MappingProxyType({}))
    pins: Mapping[Sold, Pin] = field(default_factory=lambda: MappingProxyType({}))

    def pin(self, item: Item) -> Pin:
        """What was agreed for an item in the cycle in force. Errors: NotAgreed."""
        agreed = self.pins.get((item.product, item.plan, self.cycle.code))
        if agreed is None:
            raise NotAgreed(product=item.product, plan=item.plan, cycle=self.cycle.code)
        return agreed

    def has_base(self) -> bool:
        """Whether a base product is among the items."""
        return any(self.pin(item).base for item in self.items.values())


NOTHING: Final = Subscription()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One edit of a taken quote: from when it counts, and what was agreed with it.

    `capability` is what it needed, empty for what only the vendor does. `credit` says whether days billed at the old
    terms are given back. `undoes` names the change that this one takes back.
    """

    id: UUID
    position: int
    edit: Edit
    capability: str
    effective_on: date
    pins: tuple[Pin, ...] = ()
    cycle: Cycle | None = None
    credit: bool = False
    by_vendor: bool = False
    ordered_on: date
    undoes: UUID | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A day on which the state changes: the state from then on, and what made it so."""

    on: date
    state: Subscription
    changes: tuple[Change, ...]


def pending(changes: Iterable[Change], on: date) -> tuple[Change, ...]:
    """The scheduled changes that are neither in force on that day nor undone, in the order they will be applied."""
    return tuple(change for change in in_order(changes) if change.effective_on > on)


def in_order(changes: Iterable[Change]) -> list[Change]:
    """The changes that count, by day and then by position; what was undone and the undoing itself are left out."""
    changes = tuple(changes)
    undone = {change.undoes for change in changes}
    counting = (change for change in changes if change.undoes is None and change.id not in undone)
    return sorted(counting, key=lambda change: (change.effective_on, change.position))


def timeline(start: Subscription, changes: Iterable[Change]) -> tuple[Moment, ...]:
    """Every day on which the state changes, from the state that goes before all of the changes."""
    moments, state = [], start
    for on, group in groupby(in_order(changes), key=lambda change: change.effective_on):
        together = tuple(group)
        state = _after(state, on, together)
        moments.append(Moment(on, state, together))
    return tuple(moments)


def state_on(start: Subscription, moments: Sequence[Moment], on: date) -> Subscription:
    """The state in force on a day."""
    state = start
    for moment in moments:
        if moment.on > on:
            break
        state = moment.state
    return state


def _after(state: Subscription, on: date, changes: tuple[Change, ...]) -> Subscription:
    """The state once all changes of a day are applied; without its last base product an account ends."""
    had_base = state.standing is not State.CANCELLED and state.has_base()
    for change in changes:
        state = apply(state, change, on)
    if had_base and state.standing is not State.CANCELLED and not state.has_base():
        return _ended(state)
    return state


def apply(state: Subscription, change: Change, on: date) -> Subscription:
    """The state after one change. What no longer has its object changes nothing, and neither does an ended account."""
    if state.standing is State.CANCELLED:
        return state
    state = _pinned(state, change.pins)
    match change.edit:
        case AddProduct(product=product, plan=plan, seats=seats, units=units):
            calendar = state.calendar or Calendar(state.cycle, on)
            return _with(replace(state, calendar=calendar), Item(product, plan, seats or units or 1))
        case SetSeats(product=product, seats=quantity) | SetUnits(product=product, units=quantity):
            item = state.items.get(product)
            return _with(state, replace(item, quantity=quantity)) if item else state
        case ChangePlan(product=product, plan=plan):
            item = state.items.get(product)
            return _with(state, replace(item, plan=plan)) if item else state
        case RemoveProduct(product=product):
            left = {code: item for code, item in state.items.items() if code != product}
            return replace(state, items=MappingProxyType(left))
        case ChangeCycle():
            cycle = change.cycle or state.cycle
            return replace(state, cycle=cycle, calendar=state.calendar and state.calendar.changed(cycle, on))
        case Cancel():
            return _ended(state)
        case Suspend():
            return replace(state, standing=State.SUSPENDED)
        case Resume():
            return replace(state, standing=State.ACTIVE)
    return state


def touches(change: Change, product: str) -> bool:
    """Whether a change may alter what an account has of a product, or what it pays for it."""
    return isinstance(change.edit, ChangeCycle | Cancel) or getattr(change.edit, "product", None) == product


def _with(state: Subscription, item: Item) -> Subscription:
    return replace(state, items=MappingProxyType({**state.items, item.product: item}))


def _pinned(state: Subscription, pins: tuple[Pin, ...]) -> Subscription:
    if not pins:
        return state
    return replace(state, pins=MappingProxyType({**state.pins, **{pin.sold: pin for pin in pins}}))


def _ended(state: Subscription) -> Subscription:
    return replace(state, standing=State.CANCELLED, items=MappingProxyType({}))
