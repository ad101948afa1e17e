"""What must be paid for: the agreed terms of each day of each item, before it is asked what was billed.

Source: docs/money-and-time.md#what-is-due
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

from bursar.core.calendar.period import Span
from bursar.core.money.currency import digits
from bursar.core.money.price import Per, period_price
from bursar.core.policy.policy import State
from bursar.core.subscription.edit import AddTemporarySeats
from bursar.core.subscription.item import Temporary
from bursar.core.subscription.subscription import Change, Subscription, affects
from bursar.core.subscription.timeline import Phase, Timeline


@dataclass(frozen=True, slots=True)
class Terms:
    """What an item costs in a whole period. Two terms are the same when no figure that a line says would differ.

    `catalog_version` is the version that the price was agreed from, by whose names a line says what was sold.
    """

    plan: str
    quantity: int
    rate: Decimal
    period: Span
    price: int
    per: Per = field(default=Per.SEAT, compare=False)
    catalog_version: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class _SeatStage:
    """A day, the temporary seats of a product from then on, and what is agreed for those that stay, if there are any."""

    since: date
    temporary: tuple[Temporary, ...]
    terms: Terms | None


@dataclass(frozen=True, slots=True)
class BillableSpan:
    """Terms that must be paid for these days of an item."""

    item: str
    span: Span
    terms: Terms


def billable(timeline: Timeline, window: Span, *, on: date, currency: str) -> Iterator[BillableSpan]:
    """Return what must be paid for each day of a billing period, as known on a day.

    A reduction without credit leaves the dearer terms owed until the period ends, from its first day on. Days of a
    reduction that was agreed before the period began were never owed at the dearer terms, so they are known ahead.
    Temporary seats come on top for their days, also for those to come: who orders them pays for them. They stay owed
    when their product goes without credit, and are given back with it, not before it goes.
    """
    calendar = timeline.on(on).calendar
    opening, orders = timeline.orders_from(window.start)
    while orders and calendar not in (opening.calendar, orders[0].state.calendar):
        # A period begins with the first order of its calendar; what went before belongs to another period.
        opening, orders = orders[0].state, orders[1:]
    states = (opening, *(order.state for order in orders))
    steps = [
        _OrderStep(
            order.on, order.state, order.changes, window, before.calendar != calendar, order.state.calendar != calendar
        )
        for before, order in zip(states, orders, strict=False)
        if order.on < window.end
    ]
    some = any(item.temporary for state in (opening, *(step.state for step in steps)) for item in state.items.values())
    for item in dict.fromkeys(code for state in (opening, *(step.state for step in steps)) for code in state.items):
        at_first = _terms(opening, item, window, currency) if opening.calendar == calendar else None
        for owe in _lasting_spans(item, at_first, steps, window, on, currency):
            yield from _with_temporary_seats(owe, opening, orders, window, on, currency) if some else (owe,)


@dataclass(frozen=True, slots=True)
class _OrderStep:
    """An order within a billing period. One that `begins` it made its calendar; one that `leaves` it makes another."""

    on: date
    state: Subscription
    changes: tuple[Change, ...]
    window: Span
    begins: bool
    leaves: bool

    def concerns(self, item: str) -> bool:
        """Return whether what is owed of an item may differ after it."""
        whole = self.begins or self.leaves or self.state.account_state is State.CANCELLED
        return whole or any(affects(change, item) for change in _without_temporary_seats(self.changes))

    def known(self, item: str) -> bool:
        """Return whether it was agreed before the period began that the old terms end here."""
        return all(
            change.cuts and change.ordered_on < self.window.start for change in _changes_of_item(item, self.changes)
        )

    def takes_back(self, item: str) -> bool:
        """Return whether it only takes back what was ordered on the same day."""
        return all(change.takes_back for change in _changes_of_item(item, self.changes))

    def gives_back(self, item: str) -> bool:
        """Return whether days billed at an item's old terms are given back."""
        return all(change.credit for change in _changes_of_item(item, self.changes))


@dataclass(frozen=True, slots=True)
class _Billable:
    """The terms that are owed of an item, and the floor: what a reduction without credit leaves owed."""

    terms: Terms | None
    floor: Terms | None = None

    def after(self, step: _OrderStep, item: str, new: Terms | None, morning: "_Billable") -> "_Billable":
        """Return what is owed after an order with new terms; `morning` is what was owed when its day began."""
        floor = self.floor
        if _price(new) < _price(self.terms):
            if step.known(item):
                floor = None
            elif step.takes_back(item):
                # Taken back is the day's own increase, not what was owed when the day began.
                floor = morning.floor
                new = morning.terms if floor is None and _price(new) < _price(morning.terms) else new
            elif not step.gives_back(item):
                floor = self.terms
        if _price(new) < _price(floor):
            new = floor
        else:
            floor = None
        return _Billable(self.terms if new == self.terms else new, floor)


def _lasting_spans(
    item: str, terms: Terms | None, steps: Sequence[_OrderStep], window: Span, on: date, currency: str
) -> Iterator[BillableSpan]:
    """Return what is owed of an item but for temporary seats, from its terms when the period begins.

    Of what is still ahead only a reduction counts that was known when the period began: the period is invoiced up to it.
    """
    due, turns = _Billable(terms), [(window.start, terms)]
    for day, of_the_day in groupby(steps, key=lambda step: step.on):
        morning = due
        for step in of_the_day:
            if not step.concerns(item):
                continue
            new = None if step.leaves else _terms(step.state, item, window, currency)
            if day > on and not (step.known(item) and _price(new) < _price(due.terms)):
                continue
            before, due = due, due.after(step, item, new, morning)
            if due.terms != before.terms:
                turns.append((day, due.terms))
    for (since, agreed), (until, _) in pairwise([*turns, (window.end, None)]):
        if agreed is not None and since < until:
            yield BillableSpan(item, Span(since, until), agreed)


def _price(terms: Terms | None) -> int:
    return terms.price if terms else 0


def _changes_of_item(item: str, changes: tuple[Change, ...]) -> Sequence[Change]:
    """Return the changes that alter an item, all of them where it ends with something else.

    Temporary seats that begin on the day keep nothing owed.
    """
    made = _without_temporary_seats(changes)
    return [change for change in made if affects(change, item)] or made


def _without_temporary_seats(changes: tuple[Change, ...]) -> Sequence[Change]:
    return [change for change in changes if not isinstance(change.edit, AddTemporarySeats)]


def _with_temporary_seats(
    owe: BillableSpan, opening: Subscription, orders: Sequence[Phase], window: Span, on: date, currency: str
) -> Iterator[BillableSpan]:
    """Return what is owed of an item, overlaid with its temporary seats on the days on which there are some."""
    stages = list(_stages(opening, orders, owe.item, window, on, currency))
    turns = {turn for stage in stages for turn in (stage.since, *(one.span.end for one in stage.temporary))}
    days = sorted({owe.span.start, owe.span.end, *(turn for turn in turns if turn in owe.span)})
    overlaid = (
        replace(owe, span=Span(since, until), terms=_terms_with_temporary_seats(owe.terms, stages, since, currency))
        for since, until in pairwise(days)
    )
    for terms, same in groupby(overlaid, key=lambda part: part.terms):
        spans = [part.span for part in same]
        yield replace(owe, span=Span(spans[0].start, spans[-1].end), terms=terms)


def _stages(
    opening: Subscription, orders: Sequence[Phase], code: str, window: Span, on: date, currency: str
) -> Iterator[_SeatStage]:
    """Return the temporary seats of a product from each day on.

    Where it goes without credit, or into a plan that has no seats, those that it had are kept.
    """
    item, terms = opening.items.get(code), _terms(opening, code, window, currency)
    had = item.temporary if item else ()
    yield _SeatStage(date.min, had, terms)
    for order in orders:
        if order.on >= window.end:
            break
        before, terms = terms, _terms(order.state, code, window, currency)
        if _is_by_seat(terms):
            had = order.state.items[code].temporary
        elif (
            _is_by_seat(before)
            and order.on <= on
            and all(change.credit for change in _changes_of_item(code, order.changes))
        ):
            had = ()
        yield _SeatStage(order.on, had, terms)


def _terms_with_temporary_seats(terms: Terms, stages: Sequence[_SeatStage], day: date, currency: str) -> Terms:
    """Return the terms of a day with the temporary seats of that day.

    Where a price for something else than seats is still owed, seats are charged as far as they are dearer than it.
    """
    stage = [stage for stage in stages if stage.since <= day][-1]
    seats = sum(one.seats for one in stage.temporary if day in one.span)
    if _is_by_seat(terms):
        return _with_more_seats(terms, seats, currency)
    if stage.terms is None or not seats or not _is_by_seat(stage.terms):
        return terms
    return max(terms, _with_more_seats(stage.terms, seats, currency), key=_price)


def _is_by_seat(terms: Terms | None) -> bool:
    return terms is not None and terms.per is Per.SEAT


def _with_more_seats(terms: Terms, seats: int, currency: str) -> Terms:
    if not seats:
        return terms
    quantity = terms.quantity + seats
    return replace(terms, quantity=quantity, price=period_price(terms.rate, quantity, digits(currency)))


def _terms(state: Subscription, code: str, period: Span, currency: str) -> Terms | None:
    item = state.items.get(code)
    if item is None:
        return None
    agreed_price = state.agreed_price(item)
    price = period_price(agreed_price.rate, item.quantity, digits(currency))
    return Terms(
        item.plan, item.quantity, agreed_price.rate, period, price, agreed_price.per, agreed_price.catalog_version
    )
