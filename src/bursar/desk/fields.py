"""What forms of the desk have in common: reading fields, and what there is to choose."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bursar.accounts.actions import UnknownZone, read_zone
from bursar.center.fields import wrong_email, wrong_name
from bursar.core.money import BadRate
from bursar.core.policy import Policy
from bursar.core.tax import BadTaxRate, Tax, read_tax_rate
from bursar.words.decision import account_type_name
from bursar.words.language import locale
from bursar.words.problem import said

MOST_PERCENT: Final = 12


def filled(request: HttpRequest, names: Iterable[str]) -> dict[str, str]:
    """What was sent in each field, without blanks around it."""
    return {name: request.POST.get(name, "").replace("\0", "").strip() for name in names}


def account_types(policy: Policy) -> list[tuple[str, str]]:
    """The types to choose from, by code and name."""
    return [(code, account_type_name(policy, code)) for code in policy.account_types]


def percent(tax: Tax) -> str:
    """Return a tax rate as people type it, in percent: 20 or 5.5, with a comma in French."""
    typed = f"{(tax.rate * 100).normalize():f}"
    return typed.replace(".", ",") if locale().language == "fr" else typed


def read_percent(given: str) -> Tax:
    """Return the tax that somebody typed as percent, with or without its sign. Errors: BadRate, BadTaxRate."""
    typed = given.replace(",", ".").removesuffix("%").strip()
    try:
        ratio = Decimal(typed) / 100 if typed.replace(".", "", 1).isdecimal() and len(typed) <= MOST_PERCENT else None
    except InvalidOperation:
        ratio = None
    return read_tax_rate("" if ratio is None else f"{ratio:f}")


def wrong_vendor_fields(policy: Policy, given: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong, by field, of what the vendor says of an account."""
    name, email = given["representative_name"], given["representative_email"]
    return {
        "name": wrong_name(given["name"], _("Give the name of the customer.")),
        "account_type": "" if given["account_type"] in policy.account_types else _("Choose one of the types."),
        "tax_rate": _wrong_percent(given["tax_rate"]),
        "representative_name": wrong_name(name, ""),
        "representative_email": wrong_email(email) if name or email else "",
    }


def wrong_zone(given: str) -> str:
    """Return what is wrong with a time zone; nothing if there is one of that name."""
    try:
        read_zone(given)
    except UnknownZone as problem:
        return said(problem)
    return ""


def _wrong_percent(given: str) -> str:
    try:
        read_percent(given)
    except (BadRate, BadTaxRate):
        return _("Give the percent, from 0 to 100, such as 20 or 5.5.")
    return ""


def uuid(given: str) -> UUID | None:
    """An id as it was sent; nothing if it is none."""
    try:
        return UUID(given)
    except ValueError:
        return None
