"""Money: amounts in whole minor units, rates as exact decimals, and the only rounding.

Source: docs/money-and-time.md#rates-and-amounts
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Final

from bursar.core.messages.problem import Invalid
from bursar.core.money.currency import digits

RATE_PLACES: Final = 12
RATE_LIMIT: Final = 10**9
_DECIMAL: Final = re.compile(r"[0-9]{1,30}(?:\.([0-9]{1,30}))?")


class BadRate(Invalid):
    """Expected a price or ratio in quotes such as "12.00", below 1000000000 and with at most 12 digits after the point, found {found}."""

    code = "bad_rate"


class BadAmount(Invalid):
    """Expected an amount in {currency} with at most {digits} digits after the point, found {found}."""

    code = "bad_amount"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency. Unit: minor units."""

    amount_minor: int
    currency: str


def rounded(value: Fraction | Decimal | int, over: int = 1) -> int:
    """Return the whole number nearest to value / over, halves away from zero.

    So a credit of a charge rounds to exactly the charge's amount.

    Shape: `over` is at least 1.
    """
    numerator, denominator = value.as_integer_ratio()
    below = denominator * over
    whole = (2 * abs(numerator) + below) // (2 * below)
    return whole if numerator >= 0 else -whole


def read_rate(text: object) -> Decimal:
    """Return the exact decimal of a text of digits and a point. Errors: BadRate."""
    match = _DECIMAL.fullmatch(text) if isinstance(text, str) else None
    if match is None or len(match[1] or "") > RATE_PLACES or Decimal(match[0]) >= RATE_LIMIT:
        raise BadRate(found=repr(text)[:60])
    return Decimal(match[0])


def read_amount(text: str, currency: str) -> Money:
    """Return the amount of a text such as "34.52". Errors: BadAmount for more digits than the currency has."""
    places = digits(currency)
    match = _DECIMAL.fullmatch(text.removeprefix("-"))
    if match is None or len(match[1] or "") > places:
        raise BadAmount(currency=currency, digits=places, found=repr(text)[:60])
    return Money(int(Decimal(text).scaleb(places)), currency)


def amount_text(money: Money) -> str:
    """Return an amount in plain digits with all digits of its currency, such as "34.52" or "-3.45"."""
    places = digits(money.currency)
    whole, minor = divmod(abs(money.amount_minor), 10**places)
    sign = "-" if money.amount_minor < 0 else ""
    return f"{sign}{whole}.{minor:0{places}d}" if places else f"{sign}{whole}"


def rate_text(rate: Decimal, currency: str) -> str:
    """Return a rate in plain digits, with at least the currency's digits after the point and no further zeros."""
    places = digits(currency)
    whole, _, fraction = f"{rate:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole


def split(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Return a total divided by weight into parts that add up to it exactly; a negated total gives negated parts.

    Shape: weights are not negative and at least one is positive.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative, nor all of them zero")
    # Differences of rounded running totals lose nothing; parts rounded one by one would.
    running = [rounded(total * reached, whole) for reached in accumulate(weights)]
    return tuple(after - before for before, after in pairwise([0, *running]))
