"""Lines of quotes, invoices and credit notes as a person reads them: one function for every page and email."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bursar.core.billing.grouped_lines import GroupedLine, grouped
from bursar.core.billing.line import Line
from bursar.core.money.money import Money
from bursar.core.money.price import Per
from bursar.i18n import money
from bursar.i18n.language import locale


@dataclass(frozen=True, slots=True)
class LineInWords:
    """A line in words: what is charged or given back, for which days, and its amount."""

    text: str
    days: str
    amount: str


def lines_in_words(lines: Iterable[Line], currency: str) -> tuple[LineInWords, ...]:
    """Return lines as people read them, in the words that they were sold by."""
    return tuple(
        LineInWords(
            text=_line_text(grouped_line, currency),
            days=_days(grouped_line.line),
            amount=money.amount(Money(grouped_line.totals.net, currency)),
        )
        for grouped_line in grouped(lines)
    )


def _line_text(grouped_line: GroupedLine, currency: str) -> str:
    line = grouped_line.line
    description, price = line.description.in_language(locale().language), money.rate(line.unit_price, currency)
    if line.per is Per.ACCOUNT:
        template = _("{description}: {price}")
        if grouped_line.kind == "credit":
            template = _("Credit for {description}: {price}")
        return template.format(description=description, price=price)
    template = _("{description}: {quantity} × {price}")
    if grouped_line.kind == "credit":
        template = _("Credit for {description}: {quantity} × {price}")
    return template.format(description=description, quantity=_quantity_text(grouped_line), price=price)


def _quantity_text(grouped_line: GroupedLine) -> str:
    """Return how many seats or units there are, or how many more or fewer."""
    count, seats = grouped_line.quantity, grouped_line.line.per is Per.SEAT
    if grouped_line.kind == "more":
        if seats:
            text = ngettext("{count} more seat", "{count} more seats", count)
        else:
            text = ngettext("{count} more unit", "{count} more units", count)
    elif grouped_line.kind == "fewer":
        if seats:
            text = ngettext("{count} fewer seat", "{count} fewer seats", count)
        else:
            text = ngettext("{count} fewer unit", "{count} fewer units", count)
    elif seats:
        text = ngettext("{count} seat", "{count} seats", count)
    else:
        text = ngettext("{count} unit", "{count} units", count)
    return text.format(count=money.number(count))


def _days(line: Line) -> str:
    days = money.span(line.span)
    # Days are only counted where a part of the period is charged.
    if line.span == line.period:
        return days
    template = _("{days} ({part} of {whole} days)")
    return template.format(days=days, part=money.number(line.days), whole=money.number(line.period_days))
