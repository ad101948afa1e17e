"""Coverage: which line pays for which days of an item, and the lines still due, billable days less billed days.

Source: docs/money-and-time.md
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from bursar.core.billing.billable import BillableSpan, Terms, billable
from bursar.core.billing.line import ChargeType, Line, charge, credit
from bursar.core.calendar.period import Proration, Span
from bursar.core.messages.text import Text
from bursar.core.money.tax import Tax
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Billed:
    """The days of an item that a charge still pays for, once its credits have given days back."""

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
    """Return the lines still to be invoiced for the billing period of a day, as things are agreed on it.

    Credits come before charges, item by item. Once these lines are billed nothing is due. `catalogs` are the versions,
    by number, by whose names lines say what was sold.
    """
    period = timeline.on(on).billing_period(on)
    if period is None:
        return ()
    spans = tuple(billable(timeline, period, on=on, currency=currency))
    # Billed days may come in any order, as the database gives them; the lines of an invoice need a fixed one.
    paid = sorted((part for part in billed if part.span.end > period.start), key=lambda part: (part.span, part.item))
    lines: list[Line] = []
    for item in dict.fromkeys([span.item for span in spans] + [part.item for part in paid]):
        item_spans = [span for span in spans if span.item == item]
        item_paid = [part for part in paid if part.item == item]
        lines += _credits(item_spans, item_paid, period)
        lines += _charges(item_spans, item_paid, rule, tax, catalogs)
    return tuple(lines)


def covered(billed: Iterable[Billed], lines: Iterable[tuple[UUID, Line]]) -> tuple[Billed, ...]:
    """Return the coverage after these lines: a recurring charge pays for its days, its credits give days back.

    Errors: ValueError for a credit of days that its charge does not pay for.
    """
    coverage = list(billed)
    for line_id, line in lines:
        if line.charge_type is not ChargeType.RECURRING:
            continue
        if line.kind == "charge":
            coverage.append(Billed(line.product, line.span, line_id, line))
            continue
        paid = next((part for part in coverage if part.line_id == line.credits and _contains(part, line.span)), None)
        if paid is None:
            raise ValueError(f"nothing pays for {line.product} from {line.span.start} to {line.span.end}")
        coverage.remove(paid)
        coverage += [replace(paid, span=rest) for rest in paid.span.minus([line.span])]
    return tuple(coverage)


def _contains(part: Billed, span: Span) -> bool:
    return part.span.intersection(span) == span


def _same(terms: Terms, line: Line) -> bool:
    agreed = (terms.plan, terms.quantity, terms.rate, terms.period)
    return agreed == (line.plan, line.quantity, line.unit_price, line.period)


def _credits(spans: Sequence[BillableSpan], paid: Sequence[Billed], period: Span) -> Iterator[Line]:
    """Yield a credit for each billed day of the period and later that is not billable at the line's own terms."""
    for part in paid:
        # Days before the period belong to invoices that are final.
        open_days = Span(max(part.span.start, period.start), part.span.end)
        for days in open_days.minus([span.span for span in spans if _same(span.terms, part.line)]):
            yield credit(part.line, part.line_id, days)


def _charges(
    spans: Sequence[BillableSpan], paid: Sequence[Billed], rule: Proration, tax: Tax, catalogs: Mapping[int, Catalog]
) -> Iterator[Line]:
    """Yield a charge for each billable day that no line pays for at its terms."""
    for span in spans:
        for days in span.span.minus([part.span for part in paid if _same(span.terms, part.line)]):
            yield charge(span.item, span.terms, days, rule, tax, _description(span, catalogs))


def _description(span: BillableSpan, catalogs: Mapping[int, Catalog]) -> Text:
    """Return what is charged for, by the names of the version that sold it; by codes where that is not at hand."""
    catalog = catalogs.get(span.terms.catalog_version)
    return catalog.description(span.item, span.terms.plan) if catalog else Text(f"{span.item}, {span.terms.plan}")
