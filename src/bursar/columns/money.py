"""Columns for amounts, rates and currencies."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _BigInteger = models.BigIntegerField[int, int]
    _Decimal = models.DecimalField[Decimal | int, Decimal]
    _Text = models.TextField[str, str]
else:
    _BigInteger, _Decimal, _Text = models.BigIntegerField, models.DecimalField, models.TextField


class AmountField(_BigInteger):
    """An amount of money. Unit: minor units of the currency that stands on the same row or its document."""


class RateField(_Decimal):
    """An exact price of one thing, or a ratio such as a tax rate. Shape: 12 digits before and after the point.

    More places than any currency has: usage is priced in fractions of a cent, and a rate is never rounded.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 24, "decimal_places": 12, **options})


class CurrencyField(_Text):
    """The three capital letters of a currency. Source: ISO 4217."""

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        """Return the condition of the column's check."""
        return f"{connection.ops.quote_name(self.column or '')} ~ '^[A-Z]{{3}}$'"
