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
    paid = sorted((days for days in billed if days.span.end > period.start), key=lambda days: (days.span, days.item))
    lines: list[Line] = []
    # Items that were removed have billed days only. They come last, after the items in their order of purchase.
    for item in dict.fromkeys([span.item for span in spans] + [days.item for days in paid]):
        item_spans = [span for span in spans if span.item == item]
        item_paid = [days for days in paid if days.item == item]
        lines += _credits(item_spans, item_paid, period)
        lines += _charges(item_spans, item_paid, rule, tax, catalogs)
    return tuple(lines)


def covered(billed: Iterable[Billed], lines: Iterable[tuple[UUID, Line]]) -> tuple[Billed, ...]:
    """Return the coverage after these lines: a recurring charge pays for its days, its credits give days back.

    Errors: ValueError for a credit of days that its charge does not pay for.
    """
    coverage = list(billed)
    for line_id, line in lines:
        # A one-off or usage line pays for a thing and not for days; as coverage it would be credited when the item ends.
        if line.charge_type is not ChargeType.RECURRING:
            continue
        if line.kind == "charge":
            coverage.append(Billed(line.product, line.span, line_id, line))
            continue
        paid = next((days for days in coverage if days.line_id == line.credits and _contains(days, line.span)), None)
        if paid is None:
            raise ValueError(f"nothing pays for {line.product} from {line.span.start} to {line.span.end}")
        coverage.remove(paid)
        # A credit from the middle of a charge leaves days before it and days after it.
        coverage += [replace(paid, span=span) for span in paid.span.minus([line.span])]
    return tuple(coverage)


def _contains(billed: Billed, span: Span) -> bool:
    return billed.span.intersection(span) == span


def _has_terms(line: Line, terms: Terms) -> bool:
    # Neither the rule nor the tax rate is compared: a new policy or rate must not credit and charge days that are paid.
    agreed = (terms.plan, terms.quantity, terms.rate, terms.period)
    return agreed == (line.plan, line.quantity, line.unit_price, line.period)


def _credits(spans: Sequence[BillableSpan], paid: Sequence[Billed], period: Span) -> Iterator[Line]:
    """Yield a credit for each billed day of the period and later that is not billable at the line's own terms."""
    for billed in paid:
        # Days before the period belong to invoices that are final.
        open_days = Span(max(billed.span.start, period.start), billed.span.end)
        for days in open_days.minus([span.span for span in spans if _has_terms(billed.line, span.terms)]):
            yield credit(billed.line, billed.line_id, days)


def _charges(
    spans: Sequence[BillableSpan], paid: Sequence[Billed], rule: Proration, tax: Tax, catalogs: Mapping[int, Catalog]
) -> Iterator[Line]:
    """Yield a charge for each billable day that no line pays for at its terms."""
    for span in spans:
        for days in span.span.minus([billed.span for billed in paid if _has_terms(billed.line, span.terms)]):
            yield charge(span.item, span.terms, days, rule, tax, _description(span, catalogs))


def _description(span: BillableSpan, catalogs: Mapping[int, Catalog]) -> Text:
    """Return the description of a charge: the names of the version that sold it, or codes without that version."""
    catalog = catalogs.get(span.terms.catalog_version)
    return catalog.description(span.item, span.terms.plan) if catalog else Text(f"{span.item}, {span.terms.plan}")
