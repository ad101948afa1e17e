"""The subscription: the items of an account, their cycle and agreed prices, and the changes that alter them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from bursar.core.calendar.cycle import MONTHLY, Calendar, Cycle
from bursar.core.calendar.period import Span
from bursar.core.messages.problem import Conflict
from bursar.core.policy.policy import State
from bursar.core.subscription.edit import (
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
from bursar.core.subscription.item import AgreedPrice, Item, PriceKey, Temporary
from bursar.core.subscription.measure import item_in_plan


class NotAgreed(Conflict):
    """No price was agreed for {product} in the plan {plan} and the cycle {cycle}; undo what else is scheduled for it as well."""

    code = "not_agreed"


@dataclass(frozen=True, slots=True)
class Subscription:
    """The agreed state of an account on a day. Before the first purchase it has no calendar, and `cycle` is the first cycle.

    `trial_until` is the last day of a trial, which may be over; a purchase clears it.
    """

    account_state: State = State.ACTIVE
    cycle: Cycle = MONTHLY
    calendar: Calendar | None = None
    items: Mapping[str, Item] = field(default_factory=lambda: MappingProxyType({}))
    agreed_prices: Mapping[PriceKey, AgreedPrice] = field(default_factory=lambda: MappingProxyType({}))
    trial_until: date | None = None

    @property
    def on_trial(self) -> bool:
        """True while the items are on trial and not bought."""
        return self.trial_until is not None and bool(self.items)

    def billing_period(self, on: date) -> Span | None:
        """Return the billing period of a day; None before the first purchase."""
        if self.calendar is None or on < self.calendar.anchor:
            return None
        return self.calendar.period(on)

    def next_end(self) -> date | None:
        """Return the next day on which temporary seats or a trial are over; None if nothing ends by itself."""
        ends = [temporary.span.end for item in self.items.values() for temporary in item.temporary]
        if self.on_trial and self.trial_until is not None:
            ends.append(self.trial_until + timedelta(days=1))
        return min(ends, default=None)

    def agreed_price(self, item: Item) -> AgreedPrice:
        """Return the agreed price of an item in the cycle in force. Errors: NotAgreed."""
        agreed = self.agreed_prices.get((item.product, item.plan, self.cycle.code))
        if agreed is None and self.on_trial:
            # Nothing is billed for a trial, so any cycle's price will do for the measure and the rank.
            agreed = next(
                (price for price in self.agreed_prices.values() if price.key[:2] == (item.product, item.plan)), None
            )
        if agreed is None:
            raise NotAgreed(product=item.product, plan=item.plan, cycle=self.cycle.code)
        return agreed

    def has_base(self) -> bool:
        """Return true if a base product is among the items."""
        return any(self.agreed_price(item).base for item in self.items.values())


NOTHING: Final = Subscription()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An edit of an accepted quote, with the day from which it counts and the prices agreed with it.

    `capability` is the one that it needed, empty for edits that only the vendor makes. `order` is the same for the changes of one
    quote. `credit` says that days billed at the old terms are given back; `takes_back`, that it reverses an order of
    the same day; `cuts`, that a period invoiced after the order is billed at the old terms up to this change only.
    `undoes` names the scheduled change that this one undoes.
    """

    id: UUID
    position: int
    order: UUID
    edit: Edit
    capability: str
    effective_on: date
    agreed_prices: tuple[AgreedPrice, ...] = ()
    cycle: Cycle | None = None
    credit: bool = False
    cuts: bool = False
    takes_back: bool = False
    by_vendor: bool = False
    ordered_on: date
    undoes: UUID | None = None


def affects(change: Change, product: str) -> bool:
    """Return true if a change may alter the item of a product or its price."""
    return isinstance(change.edit, ChangeCycle | Cancel) or getattr(change.edit, "product", None) == product


def state_after(state: Subscription, on: date, changes: tuple[Change, ...]) -> Subscription:
    """Return the state of a day: everything that ends on it has ended, and all its changes are applied.

    An account that loses its last base product ends; after a trial it goes on without items.
    """
    if state.account_state is State.CANCELLED:
        return state
    draft = Draft.of(state, on)
    draft.apply_all(changes, on)
    after = draft.state()
    # Add-ons cannot be had without a base product, and an account without any is nothing to bill.
    if after.account_state is not State.CANCELLED and not state.on_trial and state.has_base() and not after.has_base():
        return replace(after, account_state=State.CANCELLED, items=MappingProxyType({}))
    return after


@dataclass(slots=True)
class Draft:
    """A state under construction: the changes of a day are applied to it, one after the other."""

    account_state: State
    cycle: Cycle
    calendar: Calendar | None
    items: dict[str, Item]
    agreed_prices: dict[PriceKey, AgreedPrice]
    trial_until: date | None

    @classmethod
    def of(cls, state: Subscription, on: date) -> "Draft":
        """Return a draft of a state, without temporary seats or a trial that are over on a day."""
        draft = cls(
            state.account_state,
            state.cycle,
            state.calendar,
            dict(state.items),
            dict(state.agreed_prices),
            state.trial_until,
        )
        draft._drop_expired(on)
        return draft

    def state(self) -> Subscription:
        """Return the state with the changes applied so far."""
        items, agreed_prices = MappingProxyType(dict(self.items)), MappingProxyType(dict(self.agreed_prices))
        return Subscription(self.account_state, self.cycle, self.calendar, items, agreed_prices, self.trial_until)

    def apply_all(self, changes: Iterable[Change], on: date) -> None:
        """Apply changes in order, up to the change that ends the account."""
        for change in changes:
            if self.account_state is not State.CANCELLED:
                self.apply(change, on)

    def _drop_expired(self, on: date) -> None:
        """Drop what is on trial and temporary seats whose days are over on a day."""
        if self.trial_until is not None and self.trial_until < on:
            # `trial_until` stays until the first purchase: an account has one trial.
            self.items.clear()
        for product, item in self.items.items():
            if item.temporary:
                running = tuple(temporary for temporary in item.temporary if on < temporary.span.end)
                self.items[product] = replace(item, temporary=running)

    def apply(self, change: Change, on: date) -> None:
        """Apply a change; a change of an item that is gone has no effect."""
        for agreed_price in change.agreed_prices:
            self.agreed_prices[agreed_price.key] = agreed_price
        match change.edit:
            case SetSeats(product=product, seats=quantity) | SetUnits(product=product, units=quantity):
                if item := self.items.get(product):
                    self.items[product] = replace(item, quantity=quantity)
            case AddTemporarySeats(product=product, seats=seats, span=span):
                if item := self.items.get(product):
                    self.items[product] = replace(item, temporary=(*item.temporary, Temporary(seats, span)))
            case AddProduct(product=product, plan=plan, seats=seats, units=units):
                if self.trial_until is not None:
                    # The first purchase ends the trial of everything: nothing tried is kept without being bought.
                    self.items.clear()
                    self.trial_until = None
                # Periods are counted from the first purchase, also after all products were given up for a while.
                self.calendar = self.calendar or Calendar(self.cycle, on)
                # A product sold to the account as a whole has neither seats nor units; one of it is had.
                self.items[product] = Item(product, plan, seats or units or 1)
            case StartTrial(product=product, plan=plan, seats=seats, units=units, until=until):
                self.items[product] = Item(product, plan, seats or units or 1)
                self.trial_until = until
            case ChangePlan(product=product) as edit:
                if item := self.items.get(product):
                    self.items[product] = item_in_plan(item, edit, change.agreed_prices)
            case RemoveProduct(product=product):
                self.items.pop(product, None)
            case ChangeCycle():
                # The change carries the cycle as it was sold; the catalog may have retired it since.
                self.cycle = change.cycle or self.cycle
                self.calendar = self.calendar and self.calendar.with_cycle(self.cycle, on)
            case Cancel():
                self.account_state = State.CANCELLED
                self.items.clear()
            case Suspend():
                self.account_state = State.SUSPENDED
            case Resume():
                self.account_state = State.ACTIVE
