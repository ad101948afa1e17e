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
class LineShown:
    """A line in words: what is charged or given back, for which days, and its amount."""

    said: str
    days: str
    amount: str


def lines_shown(lines: Iterable[Line], currency: str) -> tuple[LineShown, ...]:
    """Return lines as people read them, in the words that they were sold by."""
    return tuple(
        LineShown(
            said=_said(found, currency),
            days=_days(found.line),
            amount=money.amount(Money(found.totals.net, currency)),
        )
        for found in grouped(lines)
    )


def _said(found: GroupedLine, currency: str) -> str:
    line = found.line
    described, price = line.description.in_language(locale().language), money.rate(line.unit_price, currency)
    if line.per is Per.ACCOUNT:
        template = _("{description}: {price}")
        if found.kind == "credit":
            template = _("Credit for {description}: {price}")
        return template.format(description=described, price=price)
    template = _("{description}: {quantity} × {price}")
    if found.kind == "credit":
        template = _("Credit for {description}: {quantity} × {price}")
    return template.format(description=described, quantity=_quantity(found), price=price)


def _quantity(found: GroupedLine) -> str:
    """Return how many seats or units there are, or how many more or fewer."""
    count, seats = found.quantity, found.line.per is Per.SEAT
    if found.kind == "more":
        if seats:
            said = ngettext("{count} more seat", "{count} more seats", count)
        else:
            said = ngettext("{count} more unit", "{count} more units", count)
    elif found.kind == "fewer":
        if seats:
            said = ngettext("{count} fewer seat", "{count} fewer seats", count)
        else:
            said = ngettext("{count} fewer unit", "{count} fewer units", count)
    elif seats:
        said = ngettext("{count} seat", "{count} seats", count)
    else:
        said = ngettext("{count} unit", "{count} units", count)
    return said.format(count=money.number(count))


def _days(line: Line) -> str:
    days = money.span(line.span)
    if line.span == line.period:
        return days
    template = _("{days} ({part} of {whole} days)")
    return template.format(days=days, part=money.number(line.days), whole=money.number(line.of))
