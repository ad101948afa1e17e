"""Prices: what is counted, and what a whole billing period costs."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from bursar.core.money import rounded
from bursar.core.problem import Invalid

MOST_MINOR: Final = 10**15
"""Far beyond any bill, and far below what a column of the database holds."""


class Per(StrEnum):
    """What a price is for: each seat, each unit, or the account as a whole."""

    SEAT = "seat"
    UNIT = "unit"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Price:
    """What a plan costs in one currency and cycle. `rate` is for one seat, unit or account and a whole period."""

    currency: str
    cycle: str
    per: Per
    rate: Decimal


class TooDear(Invalid):
    """{quantity} at {rate} each come to more than can be billed at once; choose fewer, or another price."""

    code = "too_dear"


def period_price(rate: Decimal, quantity: int, digits: int) -> int:
    """What a quantity costs for a whole billing period, rounded once.

    Unit: minor units of a currency that has so many digits after the point. Errors: TooDear.
    """
    numerator, denominator = rate.as_integer_ratio()
    price = rounded(numerator * quantity * 10**digits, denominator)
    if price > MOST_MINOR:
        raise TooDear(quantity=quantity, rate=rate)
    return price
