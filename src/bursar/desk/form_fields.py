"""Readers of the forms of the desk, and their choices."""

from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID

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
    typed = f"{(tax.rate * 100).normalize():f}"
    return typed.replace(".", ",") if locale().language == "fr" else typed


def read_percent(sent: str) -> Tax:
    """Return the tax that somebody typed as percent, with or without its sign. Errors: BadRate, BadTaxRate."""
    typed = sent.replace(",", ".").removesuffix("%").strip()
    try:
        ratio = Decimal(typed) / 100 if typed.replace(".", "", 1).isdecimal() and len(typed) <= MOST_PERCENT else None
    except InvalidOperation:
        ratio = None
    return read_tax_rate("" if ratio is None else f"{ratio:f}")


def uuid(sent: str) -> UUID | None:
    """Return an id as it was sent, None if it is none."""
    try:
        return UUID(sent)
    except ValueError:
        return None
