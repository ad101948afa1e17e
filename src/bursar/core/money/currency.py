"""Currencies, and the digits that each has after the point."""

from collections.abc import Collection
from types import MappingProxyType
from typing import Final

from bursar.core.messages.problem import Invalid


class UnknownCurrency(Invalid):
    """There is no currency {currency}; use the three letters of ISO 4217, such as EUR."""

    code = "unknown_currency"


class CurrencyNotSold(Invalid):
    """The catalog has no prices in {currency}; use a currency in which it has: {known}."""

    code = "currency_not_sold"


# Written out here and not read from a library: amounts in the books must not change their meaning with an upgrade.
# HUF and TWD have two digits by ISO 4217, though cash and some gateways know whole ones only.
_TWO_DIGITS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE
CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB
PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY
TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"

DIGITS: Final = MappingProxyType(
    {code: count for count, codes in ((2, _TWO_DIGITS), (0, _NO_DIGITS), (3, _THREE_DIGITS)) for code in codes.split()}
)
"""The active currencies of payment. Source: ISO 4217, list one."""


def digits(currency: str) -> int:
    """Return the number of digits that amounts of a currency have after the point. Errors: UnknownCurrency."""
    count = DIGITS.get(currency)
    if count is None:
        raise UnknownCurrency(currency=currency)
    return count


def check_sold(currency: str, sold: Collection[str]) -> None:
    """Raise CurrencyNotSold unless the catalog has prices in it. Errors: UnknownCurrency."""
    digits(currency)
    if currency not in sold:
        raise CurrencyNotSold(currency=currency, known=", ".join(sorted(sold)))
