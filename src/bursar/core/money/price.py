"""Prices of plans: the measure (seat, unit or account), the rate, and the price of a whole billing period."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, SkipValidation, WithJsonSchema

from bursar.core.messages.document import BadDocument
from bursar.core.messages.entry import CODE, OneOf, Table
from bursar.core.messages.problem import Invalid
from bursar.core.messages.schema import refused
from bursar.core.money.currency import DIGITS
from bursar.core.money.money import RATE_LIMIT, RATE_PLACES, BadRate, read_rate, rounded

MOST_MINOR: Final = 10**15
"""The highest price of an item: far beyond any bill, and below the bigint columns of the database."""


class Per(StrEnum):
    """The measure of a price: each seat, each unit, or the account as a whole."""

    SEAT = "seat"
    UNIT = "unit"
    ACCOUNT = "account"


class NotAmount(BadDocument):
    """{at}: expected a price as a decimal in quotes such as "12.00", below {limit} and with at most {places} digits after the point, or a whole number, found {found}."""


def _read_stated_rate(value: object) -> Decimal:
    """Return the rate that a document states as text or as a whole number. Errors: NotAmount."""
    # A whole number may stand without quotes; a float may not, since it is not exact. To Python true is a number.
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    try:
        return read_rate(written)
    except BadRate as bad:
        raise refused(NotAmount, limit=RATE_LIMIT, places=RATE_PLACES, found=bad.params["found"]) from None


@dataclass(frozen=True, slots=True)
class Price(Table):
    """The cost of a plan in one currency and cycle, for one seat, unit or account and a whole billing period."""

    currency: Annotated[
        str, OneOf(DIGITS), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]})
    ]
    # The catalog checks it, since only the catalog as a whole knows its own cycles.
    cycle: Annotated[str, SkipValidation, WithJsonSchema({"type": "string", "pattern": CODE, "examples": ["monthly"]})]
    per: Annotated[Per, OneOf(Per)]
    rate: Annotated[
        Decimal,
        BeforeValidator(_read_stated_rate),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}], "examples": ["19.00"]}),
        Field(alias="amount", description="A decimal in quotes, or a whole number."),
    ]


class TooDear(Invalid):
    """{quantity} at {rate} each come to more than can be billed at once; choose fewer, or another price."""

    code = "too_dear"


def period_price(rate: Decimal, quantity: int, digits: int) -> int:
    """Return the price of a quantity for a whole billing period, rounded once.

    Unit: minor units of a currency that has so many digits after the point. Errors: TooDear.
    """
    # Rounded after multiplying: 3 seats at 0.005 cost 0.02 and not 3 times 0.01.
    numerator, denominator = rate.as_integer_ratio()
    price = rounded(numerator * quantity * 10**digits, denominator)
    if price > MOST_MINOR:
        raise TooDear(quantity=quantity, rate=rate)
    return price
