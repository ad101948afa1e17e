"""Readers of the forms of the desk, and their choices."""

from decimal import Decimal, InvalidOperation
from typing import Final

from bursar.core.money.tax import Tax, read_tax_rate
from bursar.core.policy.policy import Policy
from bursar.i18n.decision import account_type_name
from bursar.i18n.language import locale

MOST_PERCENT: Final = 12


def account_types(policy: Policy) -> list[tuple[str, str]]:
    """Return the account types to choose from, by code and name."""
    return [(code, account_type_name(policy, code)) for code in policy.account_types]


def percent(tax: Tax) -> str:
    """Return a tax rate as people type it, in percent: 20 or 5.5, with a comma in French."""
    number = f"{(tax.rate * 100).normalize():f}"
    return number.replace(".", ",") if locale().language == "fr" else number


def read_percent(text: str) -> Tax:
    """Return the tax that somebody typed as percent, with or without its sign. Errors: BadRate, BadTaxRate."""
    number = text.replace(",", ".").removesuffix("%").strip()
    try:
        # `Decimal` would also read "NaN" and "1e9"; only digits and one point are a percentage.
        ratio = (
            Decimal(number) / 100 if number.replace(".", "", 1).isdecimal() and len(number) <= MOST_PERCENT else None
        )
    except InvalidOperation:
        ratio = None
    return read_tax_rate("" if ratio is None else f"{ratio:f}")
