"""What a policy document says of limits, credit and ceilings; what it does not say is not limited."""

from collections.abc import Mapping
from typing import Any, Final

from bursar.core.capability import ROLES
from bursar.core.currency import UnknownCurrency
from bursar.core.document import BadDocument, shown, table, true_or_false, whole
from bursar.core.field import MOST_SEATS
from bursar.core.limit import Ceilings, Credit, Limit
from bursar.core.money import BadAmount, BadRate, Money, read_amount, read_rate, text
from bursar.core.policy import Policy

ENTRIES: Final = ("limits", "credit", "ceilings")


class NotLimit(BadDocument):
    """{at}: expected an amount by currency such as EUR = "500.00", found {found}."""


class NoLimitForOwner(BadDocument):
    """{at}: the owner has no limit, since there is nobody to ask; name another role."""


class NotCredit(BadDocument):
    """{at}: expected an amount that every currency can have, without cents, such as "10000.00", found {found}."""


class NoInvoiceTerms(BadDocument):
    """{at}: a type that may not buy on invoice terms has no credit; leave it out, or say invoice_terms = true."""


class CeilingsCrossed(BadDocument):
    """{at}: expected less than what is refused, found {found}."""


def read_limits(value: object, at: str) -> Mapping[str, Limit]:
    """The limits by role. Errors: BadDocument, its kinds."""
    found = table(value, at, (), ROLES)
    if "owner" in found:
        raise NoLimitForOwner(at=f"{at}.owner")
    return {role: _limit(one, f"{at}.{role}") for role, one in found.items()}


def read_credit(value: object, at: str, account_types: tuple[str, ...]) -> Mapping[str, Credit]:
    """The credit by account type. Errors: BadDocument, its kinds."""
    found = table(value, at, (), account_types)
    return {code: _credit(one, f"{at}.{code}") for code, one in found.items()}


def read_ceilings(value: object, at: str) -> Ceilings:
    """The ceilings of one change. Errors: BadDocument, its kinds."""
    found = table(value, at, (), ("ask", "refuse"))
    ask, refuse = (_limit(found.get(name, {}), f"{at}.{name}") for name in ("ask", "refuse"))
    if ask.seats is not None and refuse.seats is not None and ask.seats >= refuse.seats:
        raise CeilingsCrossed(at=f"{at}.ask.seats", found=ask.seats)
    for currency, most in ask.amounts.items():
        if most >= refuse.amounts.get(currency, most + 1):
            raise CeilingsCrossed(at=f"{at}.ask.amounts.{currency}", found=text(Money(most, currency)))
    return Ceilings(ask, refuse)


def write(policy: Policy) -> dict[str, Any]:
    """The entries that read as these limits, credit and ceilings."""
    ceilings = {name: said for name in ("ask", "refuse") if (said := _limit_said(getattr(policy.ceilings, name)))}
    said = {
        "limits": {role: _limit_said(one) for role, one in policy.limits.items()},
        "credit": {code: _credit_said(one) for code, one in policy.credit.items()},
        "ceilings": ceilings,
    }
    return {name: entry for name, entry in said.items() if entry}


def _limit(value: object, at: str) -> Limit:
    found = table(value, at, (), ("seats", "amounts"))
    seats = whole(found["seats"], f"{at}.seats", 0, MOST_SEATS) if "seats" in found else None
    return Limit(seats, _amounts(found.get("amounts", {}), f"{at}.amounts"))


def _credit(value: object, at: str) -> Credit:
    found = table(value, at, ("invoice_terms",), ("limit", "limits"))
    invoice_terms = true_or_false(found["invoice_terms"], f"{at}.invoice_terms")
    for name in ("limit", "limits"):
        if name in found and not invoice_terms:
            raise NoInvoiceTerms(at=f"{at}.{name}")
    limit = _whole_units(found["limit"], f"{at}.limit") if "limit" in found else None
    return Credit(invoice_terms, limit, _amounts(found.get("limits", {}), f"{at}.limits"))


def _whole_units(value: object, at: str) -> int:
    """An amount of whatever currency. Unit: whole units."""
    try:
        rate = read_rate(value)
    except BadRate:
        raise NotCredit(at=at, found=shown(value)) from None
    if rate != int(rate):
        raise NotCredit(at=at, found=shown(value))
    return int(rate)


def _amounts(value: object, at: str) -> Mapping[str, int]:
    if not isinstance(value, Mapping):
        raise NotLimit(at=at, found=shown(value))
    return {str(currency): _amount(most, currency, f"{at}.{currency}") for currency, most in value.items()}


def _amount(value: object, currency: object, at: str) -> int:
    try:
        if isinstance(value, str) and (minor := read_amount(value, str(currency)).amount_minor) >= 0:
            return minor
    except (BadAmount, BadRate, UnknownCurrency):
        pass
    raise NotLimit(at=at, found=shown(value)) from None


def _limit_said(limit: Limit) -> dict[str, Any]:
    seats = {} if limit.seats is None else {"seats": limit.seats}
    return seats | ({"amounts": _amounts_said(limit.amounts)} if limit.amounts else {})


def _credit_said(credit: Credit) -> dict[str, Any]:
    limit = {} if credit.limit is None else {"limit": f"{credit.limit}.00"}
    limits = {"limits": _amounts_said(credit.limits)} if credit.limits else {}
    return {"invoice_terms": credit.invoice_terms, **limit, **limits}


def _amounts_said(amounts: Mapping[str, int]) -> dict[str, str]:
    return {currency: text(Money(minor, currency)) for currency, minor in amounts.items()}
