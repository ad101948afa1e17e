"""Lines of invoices and credit notes: charges and credits, each with all that is needed to give it back exactly.

Source: docs/money-and-time.md
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal
from uuid import UUID

from bursar.core.billing.billable import Terms
from bursar.core.calendar.period import Proration, Span, days_before, period_days, share
from bursar.core.messages.text import Text
from bursar.core.money.price import Per
from bursar.core.money.tax import Tax


class ChargeType(StrEnum):
    """The kind of price behind a line: for days of a billing period, once, or for usage. A credit has its charge's type."""

    RECURRING = "recurring"
    ONE_OFF = "one_off"
    USAGE = "usage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry of an invoice or credit note: a charge or a credit for some days of an item.

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
        start, end = (days_before(self.period, day, self.rule) for day in (self.span.start, self.span.end))
        return end - start

    @property
    def period_days(self) -> int:
        """The days of the whole period, as the line's rule counts them."""
        # The nominal period, also for an item that began within it: see "Shares" in docs/money-and-time.md.
        return period_days(self.period, self.rule)


def charge(item: str, terms: Terms, span: Span, rule: Proration, tax: Tax, description: Text) -> Line:
    """Return the line that asks for some days of an item at the agreed terms."""
    # A share of the rounded price of the period. Rounding a rate per day first would lose up to a coin every day.
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


def credit(line: Line, line_id: UUID, span: Span) -> Line:
    """Return the line that gives back some days of a charge, at the charge's own rate, discount and tax.

    All credits of a charge together never exceed it, and giving back every day gives back all of it.
    """
    gross = share(line.period_gross, span, line.period, line.rule)
    amount = share(line.period_net, span, line.period, line.rule)
    return replace(
        line,
        kind="credit",
        span=span,
        gross=-gross,
        # The negated discount of the charge: gross less discount is the amount, here too.
        discount=amount - gross,
        amount=-amount,
        # A difference of running totals: the taxes of all pieces then add up to the tax of the line, rounded once.
        tax=_tax_before(line, span.start) - _tax_before(line, span.end),
        credits=line_id,
    )


def _tax_before(line: Line, day: date) -> int:
    """Return the tax on the part of a line before a day: all of its tax at its end."""
    # A span needs a day at least, so the empty one before the first day cannot be asked for.
    if day == line.span.start:
        return 0
    return Tax(line.tax_rate).on(share(line.period_net, Span(line.span.start, day), line.period, line.rule))
