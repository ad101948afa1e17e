"""What is due: coverage owed less coverage billed, priced day by day where they differ.

Source: docs/money-and-time.md
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal
from uuid import UUID

from bursar.core.billing.billable import BillableSpan, Terms, billable
from bursar.core.calendar.period import Proration, Span, elapsed, length, share
from bursar.core.messages.text import Text
from bursar.core.money.price import Per
from bursar.core.money.tax import Tax
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.subscription import Subscription
from bursar.core.subscription.timeline import Timeline


class ChargeType(StrEnum):
    """Why a line is charged: for days of a billing period, once, or for what was used. A credit has that of its charge."""

    RECURRING = "recurring"
    ONE_OFF = "one_off"
    USAGE = "usage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one item costs, or gives back, over a span of days, with all that is needed to give it back exactly.

    `description` says what was sold, by the names of the catalog version that sold it, and `per` what the quantity
    counts: a line is shown without looking anything up.

    Unit: minor units; `unit_price` is a rate for the whole nominal `period`, of which `period_gross` and `period_net`
    are the whole price for the quantity. A credit names the charge it gives back in `credits`; its amounts are the
    negated shares of that charge.
    """

    kind: Literal["charge", "credit"]
    charge_type: ChargeType
    product: str
    plan: str
    description: Text
    per: Per
    quantity: int
    unit_price: Decimal
    span: Span
    period: Span
    rule: Proration
    gross: int
    discount: int
    amount: int
    tax_rate: Decimal
    tax: int
    period_gross: int
    period_net: int
    credits: UUID | None = None

    @property
    def days(self) -> int:
        """The days of the period that the line is for, as its rule counts them."""
        start, end = (elapsed(self.period, day, self.rule) for day in (self.span.start, self.span.end))
        return end - start

    @property
    def of(self) -> int:
        """The days of the whole period, as the line's rule counts them."""
        return length(self.period, self.rule)


@dataclass(frozen=True, slots=True)
class Billed:
    """The days of an item that a charge pays for now; a credit has cut what it gave back."""

    item: str
    span: Span
    line_id: UUID
    line: Line


def due(
    timeline: Timeline,
    billed: Iterable[Billed],
    *,
    on: date,
    currency: str,
    rule: Proration,
    tax: Tax,
    catalogs: Mapping[int, Catalog],
) -> tuple[Line, ...]:
    """The lines still to be invoiced for the billing period of a day, as things are agreed on it.

    Credits come before charges, item by item. Invoicing them and asking again gives nothing. `catalogs` are the versions,
    by number, by whose names lines say what was sold.
    """
    window = open_period(timeline.on(on), on)
    if window is None:
        return ()
    owing = tuple(billable(timeline, window, on=on, currency=currency))
    # In an order of its own: whoever keeps the billed days may give them in any.
    paid = sorted((one for one in billed if one.span.end > window.start), key=lambda one: (one.span, one.item))
    items = dict.fromkeys([one.item for one in owing] + [one.item for one in paid])
    lines: list[Line] = []
    for item in items:
        mine = [one for one in owing if one.item == item]
        theirs = [one for one in paid if one.item == item]
        lines += _credits(mine, theirs, window)
        lines += _charges(mine, theirs, rule, tax, catalogs)
    return tuple(lines)


def covered(billed: Iterable[Billed], lines: Iterable[tuple[UUID, Line]]) -> tuple[Billed, ...]:
    """Billed coverage after these lines: a recurring charge pays for its days, a credit of one gives its days back.

    Errors: ValueError for a credit of days that its charge does not pay for.
    """
    now = list(billed)
    for line_id, line in lines:
        if line.charge_type is not ChargeType.RECURRING:
            continue
        if line.kind == "charge":
            now.append(Billed(line.product, line.span, line_id, line))
            continue
        paid = [one for one in now if one.line_id == line.credits and one.span.intersection(line.span) == line.span]
        if not paid:
            raise ValueError(f"nothing pays for {line.product} from {line.span.start} to {line.span.end}")
        now.remove(paid[0])
        now += [replace(paid[0], span=left) for left in paid[0].span.minus([line.span])]
    return tuple(now)


def open_period(state: Subscription, on: date) -> Span | None:
    """The billing period of a day, if anything was bought by then."""
    if state.calendar is None or on < state.calendar.anchor:
        return None
    return state.calendar.period(on)


def credit(billed: Billed, span: Span) -> Line:
    """The line that gives back some billed days, from the billed line's own basis.

    All credits of a line together never exceed it, and giving back every day gives back all of it.
    """
    line = billed.line
    gross = share(line.period_gross, span, line.period, line.rule)
    amount = share(line.period_net, span, line.period, line.rule)
    return replace(
        line,
        kind="credit",
        span=span,
        gross=-gross,
        discount=amount - gross,
        amount=-amount,
        tax=_tax_before(line, span.start) - _tax_before(line, span.end),
        credits=billed.line_id,
    )


def charge(item: str, terms: Terms, span: Span, rule: Proration, tax: Tax, description: Text) -> Line:
    """The line that asks for some days at the agreed terms."""
    amount = share(terms.price, span, terms.period, rule)
    return Line(
        kind="charge",
        charge_type=ChargeType.RECURRING,
        product=item,
        plan=terms.plan,
        description=description,
        per=terms.per,
        quantity=terms.quantity,
        unit_price=terms.rate,
        span=span,
        period=terms.period,
        rule=rule,
        gross=amount,
        discount=0,
        amount=amount,
        tax_rate=tax.rate,
        tax=tax.on(amount),
        period_gross=terms.price,
        period_net=terms.price,
    )


def _tax_before(line: Line, day: date) -> int:
    """The tax on the part of a line before a day; at the line's end it is all of its tax."""
    if day == line.span.start:
        return 0
    return Tax(line.tax_rate).on(share(line.period_net, Span(line.span.start, day), line.period, line.rule))


def _same(terms: Terms, line: Line) -> bool:
    agreed = (terms.plan, terms.quantity, terms.rate, terms.period)
    return agreed == (line.plan, line.quantity, line.unit_price, line.period)


def _credits(owing: Sequence[BillableSpan], paid: Sequence[Billed], window: Span) -> Iterator[Line]:
    """Billed days from the window on that are not owed at the line's own terms."""
    for one in paid:
        open_days = Span(max(one.span.start, window.start), one.span.end)
        for span in open_days.minus([owe.span for owe in owing if _same(owe.terms, one.line)]):
            yield credit(one, span)


def _charges(
    owing: Sequence[BillableSpan], paid: Sequence[Billed], rule: Proration, tax: Tax, catalogs: Mapping[int, Catalog]
) -> Iterator[Line]:
    """Owed days that no line pays for at these terms."""
    for owe in owing:
        for span in owe.span.minus([one.span for one in paid if _same(owe.terms, one.line)]):
            yield charge(owe.item, owe.terms, span, rule, tax, _description(owe, catalogs))


def _description(owe: BillableSpan, catalogs: Mapping[int, Catalog]) -> Text:
    """Return what is charged for, by the names of the version that sold it; by codes where that is not at hand."""
    catalog = catalogs.get(owe.terms.catalog_version)
    return catalog.description(owe.item, owe.terms.plan) if catalog else Text(f"{owe.item}, {owe.terms.plan}")
