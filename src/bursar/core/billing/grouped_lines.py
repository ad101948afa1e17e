"""Grouped lines: *3 more seats* on pages and documents, for a credit and a charge in the books."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bursar.core.billing.invoice import Totals, totals
from bursar.core.billing.line import Line

GroupedKind = Literal["charge", "credit", "more", "fewer"]


@dataclass(frozen=True, slots=True)
class GroupedLine:
    """A line as pages and documents show it, with the `booked` lines that it groups.

    `quantity` is charged or credited, or is the number of seats or units more or fewer.
    """

    kind: GroupedKind
    quantity: int
    booked: tuple[Line, ...]

    @property
    def line(self) -> Line:
        """The booked line with the description, days and price to show: of two lines the charge."""
        return self.booked[-1]

    @property
    def totals(self) -> Totals:
        """Return the sum of the booked lines."""
        return totals(self.booked)


def grouped(lines: Iterable[Line]) -> tuple[GroupedLine, ...]:
    """Return lines grouped: a credit and a charge at the same rate for the same days become one line."""
    groups: list[GroupedLine] = []
    remaining = list(lines)
    while remaining:
        line = remaining.pop(0)
        # One partner at most: a second credit for the same days is a correction of its own and is shown as one.
        other = next((candidate for candidate in remaining if _differ_in_quantity_alone(line, candidate)), None)
        if other is None:
            groups.append(GroupedLine(line.kind, line.quantity, (line,)))
        else:
            remaining.remove(other)
            groups.append(_difference(line, other))
    return tuple(groups)


def _difference(line: Line, other: Line) -> GroupedLine:
    credit, charge = (line, other) if line.kind == "credit" else (other, line)
    added = charge.quantity - credit.quantity
    # The charge stands last, where `GroupedLine.line` takes the description and price to show from.
    return GroupedLine("more" if added > 0 else "fewer", abs(added), (credit, charge))


def _differ_in_quantity_alone(line: Line, other: Line) -> bool:
    # Equal quantities are not grouped: *0 more seats* would tell nobody what was credited and charged.
    return line.kind != other.kind and line.quantity != other.quantity and _terms(line) == _terms(other)


def _terms(line: Line) -> Sequence[object]:
    # Everything but quantity and amounts. If the tax rate or the days differed, *3 more seats* would be only half the truth.
    item = (line.charge_type, line.product, line.plan, line.per)
    return (*item, line.unit_price, line.span, line.period, line.rule, line.tax_rate)
