"""Money: amounts in whole minor units, rates as exact decimals, and the only rounding.

Source: docs/money-and-time.md#rates-and-amounts
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from bursar.core.messages.problem import Invalid
from bursar.core.money.currency import digits

# As many digits as the columns of the database hold exactly.
RATE_PLACES: Final = 12
RATE_LIMIT: Final = 10**9
# ASCII digits alone, since `\d` takes those of every script; and few, since reading a million of them takes long.
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
    # Integers alone: a Decimal would round to the digits of its context, and a float is not exact.
    numerator, denominator = value.as_integer_ratio()
    divisor = denominator * over
    # Half of the divisor is added before `//` rounds down; by the absolute value, so that both signs round alike.
    whole = (2 * abs(numerator) + divisor) // (2 * divisor)
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
    # Of the absolute value: divmod rounds a negative number down, and -3.45 would become -4.55.
    whole, minor = divmod(abs(money.amount_minor), 10**places)
    sign = "-" if money.amount_minor < 0 else ""
    return f"{sign}{whole}.{minor:0{places}d}" if places else f"{sign}{whole}"


def rate_text(rate: Decimal, currency: str) -> str:
    """Return a rate in plain digits, with at least the currency's digits after the point and no further zeros."""
    places = digits(currency)
    whole, _, fraction = f"{rate:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole
