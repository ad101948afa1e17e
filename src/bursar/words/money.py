"""Money, numbers, days and shares as the person's language writes them."""

import re
from copy import copy
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import NumberPattern, format_decimal, format_percent
from django.utils.translation import gettext as _

from bursar.core.currency import digits
from bursar.core.money import Money
from bursar.core.period import Span
from bursar.words.language import locale

MOST_PLACES: Final = 12
_LETTERS_BEFORE_DIGITS: Final = re.compile(r"(?<=[A-Z])(?=\d)")


def amount(money: Money) -> str:
    """An amount in its currency's own digits: "€34.52", « 34,52 € »."""
    places = digits(money.currency)
    return _currency(Decimal(money.amount_minor).scaleb(-places), money.currency, places, places)


def rate(price: Decimal, currency: str) -> str:
    """An exact rate: at least the currency's digits, and as many more as it has."""
    return _currency(price, currency, digits(currency), MOST_PLACES)


def number(value: int) -> str:
    """A whole number, grouped."""
    return format_decimal(value, locale=locale())


def percent(share: Decimal) -> str:
    """A share of one as a percentage: Decimal("0.2") is "20%". Shape: never rounded."""
    return format_percent(share, locale=locale(), decimal_quantization=False)


def day(on: date) -> str:
    """A day with its month in words."""
    said = format_date(on, "long", locale=locale())
    return f"1er{said[1:]}" if locale().language == "fr" and on.day == 1 else said


def moment(at: datetime) -> str:
    """A day and the time of day, in the zone that the moment carries."""
    return _("{day} at {time}").format(day=day(at.date()), time=format_datetime(at, "HH:mm zzz", locale=locale()))


def span(days: Span) -> str:
    """The days of a span, both ends included, as people count."""
    last = days.end - timedelta(days=1)
    return day(last) if days.start == last else _("{first} to {last}").format(first=day(days.start), last=day(last))


def _currency(value: Decimal, currency: str, least: int, most: int) -> str:
    """The locale's own pattern, but with the digits that ISO 4217 gives the currency."""
    pattern = _pattern(locale(), least, most)
    written = pattern.apply(value, locale(), currency=currency, currency_digits=False, decimal_quantization=False)
    return _LETTERS_BEFORE_DIGITS.sub("\xa0", written)


@lru_cache(maxsize=64)
def _pattern(language: Locale, least: int, most: int) -> NumberPattern:
    pattern: NumberPattern = copy(language.currency_formats["standard"])
    pattern.frac_prec = (least, most)
    return pattern
