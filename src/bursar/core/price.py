"""Prices: what is counted, and what a whole billing period costs."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bursar.core.money import rounded


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


def period_price(rate: Decimal, quantity: int, digits: int) -> int:
    """What a quantity costs for a whole billing period, rounded once.

    Unit: minor units of a currency that has so many digits after the point.
    """
    numerator, denominator = rate.as_integer_ratio()
    return rounded(numerator * quantity * 10**digits, denominator)
