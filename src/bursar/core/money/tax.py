"""Tax: one rate per line, rounded once per line."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bursar.core.messages.problem import Invalid
from bursar.core.money.money import read_rate, rounded


class BadTaxRate(Invalid):
    """The tax rate {found} is more than the whole price; write twenty percent as "0.20"."""

    code = "bad_tax_rate"


@dataclass(frozen=True, slots=True)
class Tax:
    """Tax at a rate. `rate` is a ratio: 0.2 for twenty percent."""

    rate: Decimal

    def on(self, net: int) -> int:
        """Return the tax on a net amount; on the negated amount it is the negated tax. Unit: minor units."""
        numerator, denominator = self.rate.as_integer_ratio()
        return rounded(numerator * net, denominator)


UNTAXED: Final = Tax(Decimal(0))


def read_tax_rate(text: object) -> Tax:
    """Return the tax of a ratio in quotes, such as "0.20". Errors: BadRate, BadTaxRate."""
    rate = read_rate(text)
    # "20" for twenty percent is the likeliest mistake.
    if rate > 1:
        raise BadTaxRate(found=text)
    return Tax(rate)
