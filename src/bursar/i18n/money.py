"""Money, numbers, days and shares as the person's language writes them."""

import re
from copy import copy
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, get_timezone_location
from babel.numbers import NumberPattern, format_decimal, format_percent
from django.utils.translation import gettext as _

from bursar.core.calendar.period import Span
from bursar.core.money.currency import digits
from bursar.core.money.money import Money
from bursar.i18n.language import locale

MOST_PLACES: Final = 12
_NO_CITY: Final = re.compile(r"[A-Z]{3}([+-]|$)")
"""UTC, GMT and what lies by whole hours beside them."""
_LETTERS_BEFORE_DIGITS: Final = re.compile(r"(?<=[A-Z])(?=\d)")


def amount(money: Money) -> str:
    """Return an amount in its currency's own digits: "€34.52", « 34,52 € »."""
    places = digits(money.currency)
    return _currency(Decimal(money.amount_minor).scaleb(-places), money.currency, places, places)


def rate(price: Decimal, currency: str) -> str:
    """Return an exact rate: at least the currency's digits, and as many more as it has."""
    return _currency(price, currency, digits(currency), MOST_PLACES)


def number(value: int) -> str:
    """Return a whole number, its digits grouped."""
    return format_decimal(value, locale=locale())


def percent(share: Decimal) -> str:
    """Return a share of one as a percentage: Decimal("0.2") is "20%". Shape: never rounded."""
    return format_percent(share, locale=locale(), decimal_quantization=False)


def day(on: date) -> str:
    """Return a day with its month in words."""
    text = format_date(on, "long", locale=locale())
    # French counts the first day of a month (« 1er »); Babel's long pattern does not.
    return f"1er{text[1:]}" if locale().language == "fr" and on.day == 1 else text


def moment(at: datetime) -> str:
    """Return the day and time of an instant, in its own time zone, which is called by its city."""
    city = get_timezone_location(at, locale=locale(), return_city=True).rpartition("/")[2]
    if _NO_CITY.match(city):
        zone = "UTC" if at.utcoffset() == timedelta(0) else format_datetime(at, "ZZZZ", locale=locale())
        return _("{day} at {time} ({zone})").format(day=day(at.date()), time=_time(at), zone=zone)
    city = _after_de(city) if locale().language == "fr" else city
    return _("{day} at {time} ({city} time)").format(day=day(at.date()), time=_time(at), city=city)


def _time(at: datetime) -> str:
    return format_time(at, "short", locale=locale())


def _after_de(city: str) -> str:
    """Join a French name of a city with "de", which goes before it: "de Paris", "d’Abidjan", "du Caire"."""
    if city.startswith("Le "):
        return f"du {city.removeprefix('Le ')}"
    return f"d’{city}" if city[0] in "AEIOUÉÈÊÎÔ" else f"de {city}"


def span(days: Span) -> str:
    """Return the first and the last day of a span, as people count days."""
    last = days.end - timedelta(days=1)
    return day(last) if days.start == last else _("{first} to {last}").format(first=day(days.start), last=day(last))


def _currency(value: Decimal, currency: str, least: int, most: int) -> str:
    """Return a value in the locale's pattern, with the digits that ISO 4217 gives the currency."""
    pattern = _pattern(locale(), least, most)
    text = pattern.apply(value, locale(), currency=currency, currency_digits=False, decimal_quantization=False)
    # Some locales write CHF100; the space that no line breaks at keeps letters and digits apart.
    return _LETTERS_BEFORE_DIGITS.sub("\xa0", text)


@lru_cache(maxsize=64)
def _pattern(language: Locale, least: int, most: int) -> NumberPattern:
    # A copy, because Babel gives all callers the same pattern.
    pattern: NumberPattern = copy(language.currency_formats["standard"])
    pattern.frac_prec = (least, most)
    return pattern
