"""Lines as people read them: more or fewer of the same is one line, where the books have a credit and a charge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bursar.core.billing.invoice import Totals, totals
from bursar.core.billing.line import Line

GroupedKind = Literal["charge", "credit", "more", "fewer"]


@dataclass(frozen=True, slots=True)
class GroupedLine:
    """A line as a person reads it, and the `booked` lines that it stands for.

    `quantity` is how many are charged, given back, or how many there are more or fewer.
    """

    kind: GroupedKind
    quantity: int
    booked: tuple[Line, ...]

    @property
    def line(self) -> Line:
        """The line that says what it is, for which days and at what price: of two the charge, which is last."""
        return self.booked[-1]

    @property
    def totals(self) -> Totals:
        """Return the sum of the booked lines."""
        return totals(self.booked)


def grouped(lines: Iterable[Line]) -> tuple[GroupedLine, ...]:
    """Return lines as people read them: a credit and a charge at the same rate for the same days as one line."""
    found: list[GroupedLine] = []
    left = list(lines)
    while left:
        line = left.pop(0)
        other = next((candidate for candidate in left if _differ_in_quantity_alone(line, candidate)), None)
        if other is None:
            found.append(GroupedLine(line.kind, line.quantity, (line,)))
        else:
            left.remove(other)
            found.append(_difference(line, other))
    return tuple(found)


def _difference(line: Line, other: Line) -> GroupedLine:
    credit, charge = (line, other) if line.kind == "credit" else (other, line)
    more = charge.quantity - credit.quantity
    return GroupedLine("more" if more > 0 else "fewer", abs(more), (credit, charge))


def _differ_in_quantity_alone(line: Line, other: Line) -> bool:
    return line.kind != other.kind and line.quantity != other.quantity and _terms(line) == _terms(other)


def _terms(line: Line) -> Sequence[object]:
    sold = (line.charge_type, line.product, line.plan, line.per)
    return (*sold, line.unit_price, line.span, line.period, line.rule, line.tax_rate)
