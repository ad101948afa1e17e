"""What a document comes to: sums of its lines, and whether it asks for money or gives it back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from bursar.core.charge import Line

Kind = Literal["invoice", "credit_note"]


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a document. Unit: minor units."""

    net: int = 0
    tax: int = 0

    @property
    def total(self) -> int:
        """What is to be paid, or given back when below zero."""
        return self.net + self.tax

    @property
    def kind(self) -> Kind:
        """A document below zero is a credit note."""
        return "credit_note" if self.total < 0 else "invoice"


ZERO: Final = Totals()


def totals(lines: Iterable[Line]) -> Totals:
    """The sums of lines."""
    lines = tuple(lines)
    return Totals(sum(line.amount for line in lines), sum(line.tax for line in lines))
