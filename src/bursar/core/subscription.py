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

    `rate` is for one seat, unit or account and one whole billing period; `light_agents` is how many may work without a
    seat, if there is a limit.
    """

    product: str
    plan: str
    cycle: str
    per: Per
    rate: Decimal
    catalog_version: int
    base: bool
    rank: int
    light_agents: int | None = None

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
    undone = {change.undoes for change in changes if change.undoes is not None}
    if undone:
        changes = tuple(change for change in changes if change.undoes is None and change.id not in undone)
    return sorted(changes, key=lambda change: (change.effective_on, change.position))


def timeline(start: Subscription, changes: Iterable[Change]) -> tuple[Moment, ...]:
    """Every day on which the state changes, from the state that goes before all of the changes."""
    moments, state = [], start
    for on, group in groupby(in_order(changes), key=lambda change: change.effective_on):
        together = tuple(group)
        state = _after(state, on, together)
        moments.append(Moment(on, state, together))
    return tuple(moments)


def continued(
    start: Subscription, moments: Sequence[Moment], changes: Iterable[Change], more: Sequence[Change]
) -> tuple[Moment, ...]:
    """The timeline of `changes` and more of them, from `moments`, which is that of `changes` alone.

    An undoing stands on the day of what it undoes, so nothing before the first new day is different.
    """
    if not more:
        return tuple(moments)
    first = min(change.effective_on for change in more)
    before = tuple(moment for moment in moments if moment.on < first)
    later = (change for change in (*changes, *more) if change.effective_on >= first)
    return (*before, *timeline(before[-1].state if before else start, later))


def state_on(start: Subscription, moments: Sequence[Moment], on: date) -> Subscription:
    """The state in force on a day."""
    state = start
    for moment in moments:
        if moment.on > on:
            break
        state = moment.state
    return state


def touches(change: Change, product: str) -> bool:
    """Whether a change may alter what an account has of a product, or what it pays for it."""
    return isinstance(change.edit, ChangeCycle | Cancel) or getattr(change.edit, "product", None) == product


def _after(state: Subscription, on: date, changes: tuple[Change, ...]) -> Subscription:
    """The state once all changes of a day are applied; without its last base product an account ends."""
    if state.standing is State.CANCELLED:
        return state
    draft = _Draft(state.standing, state.cycle, state.calendar, dict(state.items), dict(state.pins))
    for change in changes:
        if draft.standing is not State.CANCELLED:
            draft.apply(change, on)
    after = draft.state()
    if after.standing is not State.CANCELLED and state.has_base() and not after.has_base():
        return replace(after, standing=State.CANCELLED, items=MappingProxyType({}))
    return after


@dataclass(slots=True)
class _Draft:
    """A state while the changes of a day are applied to it, one after the other."""

    standing: State
    cycle: Cycle
    calendar: Calendar | None
    items: dict[str, Item]
    pins: dict[Sold, Pin]

    def state(self) -> Subscription:
        """What it has come to."""
        items, pins = MappingProxyType(self.items), MappingProxyType(self.pins)
        return Subscription(self.standing, self.cycle, self.calendar, items, pins)

    def apply(self, change: Change, on: date) -> None:
        """Make one change; what no longer has its object changes nothing."""
        for pin in change.pins:
            self.pins[pin.sold] = pin
        match change.edit:
            case SetSeats(product=product, seats=quantity) | SetUnits(product=product, units=quantity):
                if item := self.items.get(product):
                    self.items[product] = Item(product, item.plan, quantity)
            case AddProduct(product=product, plan=plan, seats=seats, units=units):
                self.calendar = self.calendar or Calendar(self.cycle, on)
                self.items[product] = Item(product, plan, seats or units or 1)
            case ChangePlan(product=product, plan=plan):
                if item := self.items.get(product):
                    self.items[product] = Item(product, plan, item.quantity)
            case RemoveProduct(product=product):
                self.items.pop(product, None)
            case ChangeCycle():
                self.cycle = change.cycle or self.cycle
                self.calendar = self.calendar and self.calendar.changed(self.cycle, on)
            case Cancel():
                self.standing = State.CANCELLED
                self.items.clear()
            case Suspend():
                self.standing = State.SUSPENDED
            case Resume():
                self.standing = State.ACTIVE
