"""What must be paid for: the agreed terms of each day of each item, before it is asked what was billed.

Source: docs/money-and-time.md#what-is-due
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise
from operator import itemgetter

from bursar.core.currency import digits
from bursar.core.edit import AddTemporarySeats
from bursar.core.item import Temporary
from bursar.core.period import Span
from bursar.core.policy import State
from bursar.core.price import period_price
from bursar.core.subscription import Moment, Subscription, state_on, touches


@dataclass(frozen=True, slots=True)
class Terms:
    """What an item costs in a whole period. Two terms are the same when nothing a line says would differ."""

    plan: str
    quantity: int
    rate: Decimal
    period: Span
    price: int


Stage = tuple[date, tuple[Temporary, ...]]
"""A day, and the temporary seats from then on."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Terms that must be paid for these days of an item."""

    item: str
    span: Span
    terms: Terms


def owed(start: Subscription, moments: Sequence[Moment], window: Span, *, on: date, currency: str) -> Iterator[Owed]:
    """What must be paid for each day of a billing period, as known on a day.

    A reduction without credit leaves the dearer terms owed until the period ends. Temporary seats come on top for
    their days, also for those to come: who orders them pays for them. They stay owed when their product goes without
    credit, and are given back with it, not before it goes.
    """
    some = any(item.temporary for state in (start, *(one.state for one in moments)) for item in state.items.values())
    for one in _staying(start, moments, window, on=on, currency=currency):
        yield from _raised(one, start, moments, on, currency) if some else (one,)


def _raised(owe: Owed, start: Subscription, moments: Sequence[Moment], on: date, currency: str) -> Iterator[Owed]:
    """What is owed of an item, with its temporary seats on the days on which there are some."""
    stages = list(_stages(start, moments, owe.item, on))
    turns = {turn for since, seats in stages for turn in (since, *(one.span.end for one in seats))}
    days = sorted({owe.span.start, owe.span.end, *(turn for turn in turns if turn in owe.span)})
    extra = [_extra(stages, day) for day in days[:-1]]
    for seats, group in groupby(zip(extra, pairwise(days), strict=True), key=itemgetter(0)):
        spans = [between for _, between in group]
        yield replace(owe, span=Span(spans[0][0], spans[-1][1]), terms=_more(owe.terms, seats, currency))


def _stages(start: Subscription, moments: Sequence[Moment], code: str, on: date) -> Iterator[Stage]:
    """The temporary seats of a product from each day on; where it goes without credit, those that it had are kept."""
    item = start.items.get(code)
    yield date.min, item.temporary if item else ()
    for moment in moments:
        had, item = item, moment.state.items.get(code)
        if item is not None:
            yield moment.on, item.temporary
        elif had is not None and moment.on <= on and _gives_back(moment, code):
            yield moment.on, ()


def _extra(stages: Sequence[Stage], day: date) -> int:
    seats = [there for since, there in stages if since <= day][-1]
    return sum(one.seats for one in seats if day in one.span)


def _more(terms: Terms, seats: int, currency: str) -> Terms:
    if not seats:
        return terms
    quantity = terms.quantity + seats
    return replace(terms, quantity=quantity, price=period_price(terms.rate, quantity, digits(currency)))


def _staying(
    start: Subscription, moments: Sequence[Moment], window: Span, *, on: date, currency: str
) -> Iterator[Owed]:
    """What must be paid without temporary seats."""
    before = state_on(start, moments, window.start)
    within = [moment for moment in moments if window.start < moment.on <= on]
    for item in dict.fromkeys(code for state in (before, *(one.state for one in within)) for code in state.items):
        terms, since, held = _terms(before, item, window, currency), window.start, False
        for moment in within:
            changed = any(touches(change, item) for change in moment.changes)
            if not changed and moment.state.standing is not State.CANCELLED:
                continue
            new = _terms(moment.state, item, window, currency)
            if new == terms and not held:
                continue
            less = (new.price if new else 0) < (terms.price if terms else 0)
            if less and (held or not _gives_back(moment, item)):
                held = True
                continue
            if terms is not None:
                yield Owed(item, Span(since, moment.on), terms)
            terms, since, held = new, moment.on, False
        if terms is not None:
            yield Owed(item, Span(since, window.end), terms)


def _gives_back(moment: Moment, item: str) -> bool:
    """Whether days billed at an item's old terms are given back on a day; temporary seats that begin on it keep nothing."""
    made = [change for change in moment.changes if not isinstance(change.edit, AddTemporarySeats)]
    return all(change.credit for change in [one for one in made if touches(one, item)] or made)


def _terms(state: Subscription, code: str, period: Span, currency: str) -> Terms | None:
    item = state.items.get(code)
    if item is None:
        return None
    pin = state.pin(item)
    return Terms(item.plan, item.quantity, pin.rate, period, period_price(pin.rate, item.quantity, digits(currency)))
