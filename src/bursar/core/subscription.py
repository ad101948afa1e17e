"""The agreed state of an account: what it has, in which cycle, at which prices, folded from changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from types import MappingProxyType
from typing import Final
from uuid import UUID

from bursar.core.cycle import MONTHLY, Calendar, Cycle
from bursar.core.edit import (
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
from bursar.core.item import Item, Pin, Sold, Temporary
from bursar.core.measure import moved
from bursar.core.policy import State
from bursar.core.problem import Conflict


class NotAgreed(Conflict):
    """No price was agreed for {product} in the plan {plan} and the cycle {cycle}; undo what else is scheduled for it as well."""

    code = "not_agreed"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What an account has on a day. Without a calendar nothing was ever bought; `cycle` is then the one to begin in.

    `trial_until` is the last day of a trial, which may be over; whoever buys has none.
    """

    standing: State = State.ACTIVE
    cycle: Cycle = MONTHLY
    calendar: Calendar | None = None
    items: Mapping[str, Item] = field(default_factory=lambda: MappingProxyType({}))
    pins: Mapping[Sold, Pin] = field(default_factory=lambda: MappingProxyType({}))
    trial_until: date | None = None

    @property
    def trying(self) -> bool:
        """Whether what there is was not bought but is being tried."""
        return self.trial_until is not None and bool(self.items)

    def next_end(self) -> date | None:
        """The next day on which something is no longer there by itself: temporary seats, or what is tried."""
        ends = [one.span.end for item in self.items.values() for one in item.temporary]
        if self.trying and self.trial_until is not None:
            ends.append(self.trial_until + timedelta(days=1))
        return min(ends, default=None)

    def pin(self, item: Item) -> Pin:
        """What was agreed for an item in the cycle in force. Errors: NotAgreed."""
        agreed = self.pins.get((item.product, item.plan, self.cycle.code))
        if agreed is None and self.trying:
            # Nothing is owed for what is tried, so any cycle's price tells what it is.
            agreed = next((one for one in self.pins.values() if one.sold[:2] == (item.product, item.plan)), None)
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

    `capability` is what it needed, empty for what only the vendor does. `order` is the same for the changes of one
    quote. `credit` says whether days billed at the old terms are given back; `takes_back`, whether those that were
    ordered on the same day are; `cuts`, whether a period that is invoiced after the order asks for its days at the old
    terms up to this change only. `undoes` names the change that this one takes back.
    """

    id: UUID
    position: int
    order: UUID
    edit: Edit
    capability: str
    effective_on: date
    pins: tuple[Pin, ...] = ()
    cycle: Cycle | None = None
    credit: bool = False
    cuts: bool = False
    takes_back: bool = False
    by_vendor: bool = False
    ordered_on: date
    undoes: UUID | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A day on which the state changes: the state from then on, and what made it so; nothing, where something just ends."""

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
    moments, state = list[Moment](), start
    by_day = groupby(in_order(changes), key=lambda change: change.effective_on)
    for on, together in (*((on, tuple(group)) for on, group in by_day), (date.max, ())):
        while (ends := state.next_end()) is not None and ends < on:
            state = _after(state, ends, ())
            moments.append(Moment(ends, state, ()))
        if together:
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


def split_orders(start: Subscription, moments: Sequence[Moment], day: date) -> tuple[Subscription, tuple[Moment, ...]]:
    """Return the state that a day begins with, and one moment for each order from then on.

    A day begins with all that was ordered earlier for it. Orders made on it follow one after the other, though the
    state of the day is only that after the last of them.
    """
    opening, later = start, list[Moment]()
    for moment in _by_order(start, moments):
        if moment.on < day or (moment.on == day and all(change.ordered_on < day for change in moment.changes)):
            opening = moment.state
        else:
            later.append(moment)
    return opening, tuple(later)


def _by_order(before: Subscription, moments: Sequence[Moment]) -> Iterator[Moment]:
    for moment in moments:
        *earlier, last = [tuple(group) for _, group in groupby(moment.changes, key=lambda change: change.order)] or [()]
        draft = _Draft.of(before, moment.on)
        for changes in earlier:
            draft.apply_all(changes, moment.on)
            # Losing the last base product ends the account only if nothing on the same day brings another.
            yield Moment(moment.on, draft.state(), changes)
        yield Moment(moment.on, moment.state, last)
        before = moment.state


def steps(start: Subscription, moments: Sequence[Moment]) -> Iterator[tuple[Subscription, Change]]:
    """Yield the state just before each change, with the change: those of one day follow one another."""
    before = start
    for moment in moments:
        draft = _Draft.of(before, moment.on)
        for change in moment.changes:
            yield draft.state(), change
            draft.apply_all((change,), moment.on)
        before = moment.state


def touches(change: Change, product: str) -> bool:
    """Whether a change may alter what an account has of a product, or what it pays for it."""
    return isinstance(change.edit, ChangeCycle | Cancel) or getattr(change.edit, "product", None) == product


def _after(state: Subscription, on: date, changes: tuple[Change, ...]) -> Subscription:
    """The state once what ends on a day has ended and all of its changes are applied.

    Without its last base product an account ends; one that only tried products has nothing again.
    """
    if state.standing is State.CANCELLED:
        return state
    draft = _Draft.of(state, on)
    draft.apply_all(changes, on)
    after = draft.state()
    if after.standing is not State.CANCELLED and not state.trying and state.has_base() and not after.has_base():
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
    trial_until: date | None

    @classmethod
    def of(cls, state: Subscription, on: date) -> "_Draft":
        """Begin with a state, without what is there no longer on a day."""
        draft = cls(state.standing, state.cycle, state.calendar, dict(state.items), dict(state.pins), state.trial_until)
        draft._end(on)
        return draft

    def state(self) -> Subscription:
        """Return the state that it has come to so far."""
        items, pins = MappingProxyType(dict(self.items)), MappingProxyType(dict(self.pins))
        return Subscription(self.standing, self.cycle, self.calendar, items, pins, self.trial_until)

    def apply_all(self, changes: Iterable[Change], on: date) -> None:
        """Make changes in order, up to the one that ends the account."""
        for change in changes:
            if self.standing is not State.CANCELLED:
                self.apply(change, on)

    def _end(self, on: date) -> None:
        if self.trial_until is not None and self.trial_until < on:
            self.items.clear()
        for product, item in self.items.items():
            if item.temporary:
                left = tuple(one for one in item.temporary if on < one.span.end)
                self.items[product] = replace(item, temporary=left)

    def apply(self, change: Change, on: date) -> None:
        """Make one change; what no longer has its object changes nothing."""
        for pin in change.pins:
            self.pins[pin.sold] = pin
        match change.edit:
            case SetSeats(product=product, seats=quantity) | SetUnits(product=product, units=quantity):
                if item := self.items.get(product):
                    self.items[product] = replace(item, quantity=quantity)
            case AddTemporarySeats(product=product, seats=seats, span=span):
                if item := self.items.get(product):
                    self.items[product] = replace(item, temporary=(*item.temporary, Temporary(seats, span)))
            case AddProduct(product=product, plan=plan, seats=seats, units=units):
                if self.trial_until is not None:
                    self.items.clear()
                    self.trial_until = None
                self.calendar = self.calendar or Calendar(self.cycle, on)
                self.items[product] = Item(product, plan, seats or units or 1)
            case StartTrial(product=product, plan=plan, seats=seats, units=units, until=until):
                self.items[product] = Item(product, plan, seats or units or 1)
                self.trial_until = until
            case ChangePlan(product=product) as edit:
                if item := self.items.get(product):
                    self.items[product] = moved(item, edit, change.pins)
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
