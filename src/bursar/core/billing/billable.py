"""Billable terms: the plan, quantity and rate that the account owes for each day of each item.

Coverage then subtracts the days that were billed already.

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
    """The terms of an item for a whole period. Two terms are equal when their lines would have the same figures.

    `catalog_version` is the version of the agreed price, whose names become the description of a line.
    """

    plan: str
    quantity: int
    rate: Decimal
    period: Span
    price: int
    # These two change no figure. If they were compared, a new version's names would credit and charge days anew.
    per: Per = field(default=Per.SEAT, compare=False)
    catalog_version: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class _SeatStage:
    """The temporary seats of a product from a day on, and the terms of its item without them, if it has any."""

    since: date
    temporary: tuple[Temporary, ...]
    terms: Terms | None


@dataclass(frozen=True, slots=True)
class BillableSpan:
    """Days of an item for which terms must be paid."""

    item: str
    span: Span
    terms: Terms


def billable(timeline: Timeline, window: Span, *, on: date, currency: str) -> Iterator[BillableSpan]:
    """Yield the billable spans of a billing period, as agreed on a day.

    After a reduction without credit the dearer terms stay billable until the period ends. After a reduction that was
    ordered before the period began they do not: the period is billed at the dearer terms up to the reduction only.
    Temporary seats are billed on top for all their days, also those to come. If their product is removed without credit
    they stay billable; with credit they are given back from the day of the removal.
    """
    calendar = timeline.on(on).calendar
    opening, orders = timeline.orders_from(window.start)
    while orders and calendar not in (opening.calendar, orders[0].state.calendar):
        # A period begins with the first order of its calendar; earlier orders belong to another period.
        opening, orders = orders[0].state, orders[1:]
    # One state more than there are orders: `zip` pairs each order with the state before it.
    states = (opening, *(order.state for order in orders))
    steps = [
        _OrderStep(
            order.on, order.state, order.changes, window, before.calendar != calendar, order.state.calendar != calendar
        )
        for before, order in zip(states, orders, strict=False)
        if order.on < window.end
    ]
    has_temporary = any(
        item.temporary for state in (opening, *(step.state for step in steps)) for item in state.items.values()
    )
    # A dict keeps the order of purchase. With a set, the lines of an invoice would change places from run to run.
    for item in dict.fromkeys(code for state in (opening, *(step.state for step in steps)) for code in state.items):
        # Days under another calendar belong to a period of that calendar, which bills them.
        opening_terms = _terms(opening, item, window, currency) if opening.calendar == calendar else None
        for span in _lasting_spans(item, opening_terms, steps, window, on, currency):
            # Most accounts have no temporary seats, and the bill run spares them the second pass.
            yield from _with_temporary_seats(span, opening, orders, window, on, currency) if has_temporary else (span,)


@dataclass(frozen=True, slots=True)
class _OrderStep:
    """An order within a billing period; it `begins` the period's calendar, or `leaves` it for another cycle."""

    on: date
    state: Subscription
    changes: tuple[Change, ...]
    window: Span
    begins: bool
    leaves: bool

    def affects(self, item: str) -> bool:
        """Return true if an item may have other billable terms after the order."""
        # Another cycle and the end of the account concern every item, whichever item the changes name.
        affects_all = self.begins or self.leaves or self.state.account_state is State.CANCELLED
        return affects_all or any(affects(change, item) for change in _without_temporary_seats(self.changes))

    def is_ordered_ahead(self, item: str) -> bool:
        """Return true if the old terms end here by an order from before the period began."""
        return all(
            change.cuts and change.ordered_on < self.window.start for change in _changes_of_item(item, self.changes)
        )

    def is_same_day_undo(self, item: str) -> bool:
        """Return true if it only reverses orders of the same day."""
        return all(change.takes_back for change in _changes_of_item(item, self.changes))

    def is_credited(self, item: str) -> bool:
        """Return true if days billed at an item's old terms are credited."""
        return all(change.credit for change in _changes_of_item(item, self.changes))


@dataclass(frozen=True, slots=True)
class _Billable:
    """The billable terms of an item, and the floor: the dearer terms that a reduction without credit leaves billable."""

    terms: Terms | None
    floor: Terms | None = None

    def after(self, step: _OrderStep, item: str, new: Terms | None, morning: "_Billable") -> "_Billable":
        """Return the billable terms after an order with new terms; `morning` are those when its day began."""
        # Only lower terms can leave dearer ones billable. Terms that cost the same or more replace the old ones at once.
        floor = self.floor
        if _price(new) < _price(self.terms):
            if step.is_ordered_ahead(item):
                floor = None
            elif step.is_same_day_undo(item):
                # The day's own increase is reversed, but not below the terms that were billable in the morning.
                floor = morning.floor
                new = morning.terms if floor is None and _price(new) < _price(morning.terms) else new
            elif not step.is_credited(item):
                floor = self.terms
        if _price(new) < _price(floor):
            new = floor
        else:
            # The new terms reach the floor, so nothing is left that it would have to hold up.
            floor = None
        # Equal terms may come from another catalog version. The old ones stay, so that a line keeps its description.
        return _Billable(self.terms if new == self.terms else new, floor)


def _lasting_spans(
    item: str, terms: Terms | None, steps: Sequence[_OrderStep], window: Span, on: date, currency: str
) -> Iterator[BillableSpan]:
    """Yield the billable spans of an item without its temporary seats, from its terms when the period begins.

    Of the orders still ahead only a reduction ordered before the period began counts: the period is billed up to it.
    """
    current, turns = _Billable(terms), [(window.start, terms)]
    for day, of_the_day in groupby(steps, key=lambda step: step.on):
        morning = current
        for step in of_the_day:
            if not step.affects(item):
                continue
            new = None if step.leaves else _terms(step.state, item, window, currency)
            # An order ahead can still be undone, so it is billed on its day. A cut that was agreed before the period
            # is left out of the first invoice instead of being credited later; undoing it charges the days.
            if day > on and not (step.is_ordered_ahead(item) and _price(new) < _price(current.terms)):
                continue
            before, current = current, current.after(step, item, new, morning)
            if current.terms != before.terms:
                turns.append((day, current.terms))
    for (since, billable_terms), (until, _) in pairwise([*turns, (window.end, None)]):
        # Several orders of one day leave turns without a day between them; only the last of them counts.
        if billable_terms is not None and since < until:
            yield BillableSpan(item, Span(since, until), billable_terms)


def _price(terms: Terms | None) -> int:
    return terms.price if terms else 0


def _changes_of_item(item: str, changes: tuple[Change, ...]) -> Sequence[Change]:
    """Return the changes that alter an item; all changes where it ends together with something else.

    Temporary seats that begin on the same day do not count: they keep no dearer terms billable.
    """
    lasting = _without_temporary_seats(changes)
    # The removal of the last base product ends items that no change names: then every change decides on the credit.
    return [change for change in lasting if affects(change, item)] or lasting


def _without_temporary_seats(changes: tuple[Change, ...]) -> Sequence[Change]:
    return [change for change in changes if not isinstance(change.edit, AddTemporarySeats)]


def _with_temporary_seats(
    billable_span: BillableSpan, opening: Subscription, orders: Sequence[Phase], window: Span, on: date, currency: str
) -> Iterator[BillableSpan]:
    """Yield a span of an item divided by the days on which its temporary seats begin and end, with their quantity added."""
    stages = list(_stages(opening, orders, billable_span.item, window, on, currency))
    turns = {turn for stage in stages for turn in (stage.since, *(temporary.span.end for temporary in stage.temporary))}
    days = sorted(
        {billable_span.span.start, billable_span.span.end, *(turn for turn in turns if turn in billable_span.span)}
    )
    overlaid = (
        replace(
            billable_span,
            span=Span(since, until),
            terms=_terms_with_temporary_seats(billable_span.terms, stages, since, currency),
        )
        for since, until in pairwise(days)
    )
    # A turn that altered no figure, such as seats that end as others begin, must not split a line in two.
    for terms, neighbours in groupby(overlaid, key=lambda part: part.terms):
        spans = [part.span for part in neighbours]
        yield replace(billable_span, span=Span(spans[0].start, spans[-1].end), terms=terms)


def _stages(
    opening: Subscription, orders: Sequence[Phase], code: str, window: Span, on: date, currency: str
) -> Iterator[_SeatStage]:
    """Yield the temporary seats of a product from each order on.

    After a removal without credit, or a change to a plan without seats, the earlier ones stay billable.
    """
    item, terms = opening.items.get(code), _terms(opening, code, window, currency)
    temporary = item.temporary if item else ()
    # From the first day that there is, so that every day has a stage.
    yield _SeatStage(date.min, temporary, terms)
    for order in orders:
        if order.on >= window.end:
            break
        before, terms = terms, _terms(order.state, code, window, currency)
        if _is_by_seat(terms):
            temporary = order.state.items[code].temporary
        elif (
            _is_by_seat(before)
            and order.on <= on
            and all(change.credit for change in _changes_of_item(code, order.changes))
        ):
            # Only once the day has come: until then the removal can be undone.
            temporary = ()
        yield _SeatStage(order.on, temporary, terms)


def _terms_with_temporary_seats(terms: Terms, stages: Sequence[_SeatStage], day: date, currency: str) -> Terms:
    """Return the terms of a day with the temporary seats of that day.

    While dearer terms by another measure stay billable, seats are charged only as far as they cost more than these.
    """
    stage = [stage for stage in stages if stage.since <= day][-1]
    seats = sum(temporary.seats for temporary in stage.temporary if day in temporary.span)
    if _is_by_seat(terms):
        return _with_more_seats(terms, seats, currency)
    if stage.terms is None or not seats or not _is_by_seat(stage.terms):
        return terms
    # Of two equal prices `max` returns the first: the terms that are billed already, without a credit and a charge.
    return max(terms, _with_more_seats(stage.terms, seats, currency), key=_price)


def _is_by_seat(terms: Terms | None) -> bool:
    return terms is not None and terms.per is Per.SEAT


def _with_more_seats(terms: Terms, seats: int, currency: str) -> Terms:
    if not seats:
        return terms
    # Priced together and rounded once: two prices rounded apart could add up to another amount.
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
