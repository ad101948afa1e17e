"""Limits of a role, ceilings of one change, and the credit of an account type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import not_
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from bursar.core.messages.document import BadDocument, excerpt
from bursar.core.messages.entry import Flag, Table, Within, without_default
from bursar.core.messages.schema import LeftOut, refused
from bursar.core.money.currency import UnknownCurrency, digits
from bursar.core.money.money import BadAmount, BadRate, Money, amount_text, read_amount, read_rate

MOST_SEATS: Final = 1_000_000


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


def _read_amounts(value: object) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise refused(NotLimit)
    return {str(currency): _read_amount(most, str(currency)) for currency, most in value.items()}


def _read_amount(value: object, currency: str) -> int:
    try:
        # "-5.00" is an amount, but no limit.
        if isinstance(value, str) and (minor := read_amount(value, currency).amount_minor) >= 0:
            return minor
    except (BadAmount, BadRate, UnknownCurrency):
        pass
    raise refused(NotLimit, f".{currency}", found=excerpt(value))


def _write_amounts(amounts: Mapping[str, int]) -> dict[str, str]:
    return {currency: amount_text(Money(minor, currency)) for currency, minor in amounts.items()}


def _read_whole_units(value: object) -> int:
    """Return an amount without cents, valid in every currency. Unit: whole units."""
    try:
        rate = read_rate(value)
    except BadRate:
        raise refused(NotCredit) from None
    # Yen have no cents and dinars have three digits: only a whole number means the same in all.
    if rate != int(rate):
        raise refused(NotCredit)
    return int(rate)


Amounts = Annotated[
    Mapping[str, int],
    BeforeValidator(_read_amounts),
    PlainSerializer(_write_amounts),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string"}, "examples": [{"EUR": "500.00"}]}),
]
WholeUnits = Annotated[
    int,
    BeforeValidator(_read_whole_units),
    PlainSerializer(lambda units: f"{units}.00"),
    WithJsonSchema({"type": "string", "examples": ["10000.00"]}),
    Field(description="In any currency."),
]


@dataclass(frozen=True, slots=True)
class Limit(Table):
    """The highest addition to a billing period, in seats and by currency in money; without an entry there is no limit.

    Unit: minor units, without tax.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(title="RoleLimit", extra="forbid")

    seats: Annotated[int | None, Within(0, MOST_SEATS)] = None
    amounts: Annotated[Amounts, Field(exclude_if=not_)] = field(default_factory=dict)

    def is_exceeded_by(self, seats: int, amount: int, currency: str) -> bool:
        """Return true if so many seats or so much money is more than the limit."""
        most = self.amounts.get(currency)
        return (self.seats is not None and seats > self.seats) or (most is not None and amount > most)


UNLIMITED: Final = Limit()


@dataclass(frozen=True, slots=True)
class Ceilings(Table):
    """The ceilings of one change: beyond `ask` a member must confirm it, beyond `refuse` only the vendor makes it."""

    ask: Annotated[Limit, Field(exclude_if=UNLIMITED.__eq__, json_schema_extra=without_default)] = UNLIMITED
    refuse: Annotated[Limit, Field(exclude_if=UNLIMITED.__eq__, json_schema_extra=without_default)] = UNLIMITED


UNBOUNDED: Final = Ceilings()


@dataclass(frozen=True, slots=True)
class Credit(Table):
    """The credit of an account type: if its accounts may buy on invoice terms, and the highest amount that each may owe.

    Unit: `limit` in whole units of any currency, `limits` in minor units of the currencies that have one of their own.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(title="CreditTerms", extra="forbid")

    invoice_terms: Flag
    limit: Annotated[WholeUnits | None, LeftOut()] = None
    limits: Annotated[Amounts, Field(description="By currency, in place of it.", exclude_if=not_)] = field(
        default_factory=dict
    )

    def most(self, currency: str) -> int | None:
        """Return the highest amount that an account may owe, with tax; None without a limit. Unit: minor units."""
        # Without invoice terms every purchase is paid at once, and nothing is ever owed.
        if not self.invoice_terms:
            return 0
        if currency in self.limits or self.limit is None:
            return self.limits.get(currency)
        return int(self.limit * 10 ** digits(currency))


def check_credit(value: object) -> object:
    """Return the credit in a document. Errors: NoInvoiceTerms for a limit where there are no invoice terms."""
    # Before the types are checked: an `invoice_terms` that is missing or no flag is refused by its own type.
    if isinstance(value, Mapping) and value.get("invoice_terms") is False:
        for name in ("limit", "limits"):
            if name in value:
                raise refused(NoInvoiceTerms, f".{name}")
    return value


def check_ceilings(ceilings: Ceilings) -> Ceilings:
    """Return the ceilings. Errors: CeilingsCrossed where `refuse` is not above `ask`."""
    ask, refuse = ceilings.ask, ceilings.refuse
    if ask.seats is not None and refuse.seats is not None and ask.seats >= refuse.seats:
        raise refused(CeilingsCrossed, ".ask.seats", found=ask.seats)
    for currency, most in ask.amounts.items():
        # Without an entry in `refuse` every amount is below it.
        if most >= refuse.amounts.get(currency, most + 1):
            raise refused(CeilingsCrossed, f".ask.amounts.{currency}", found=amount_text(Money(most, currency)))
    return ceilings


def check_no_owner(value: object) -> object:
    """Return the limits by role in a document. Errors: NoLimitForOwner."""
    if isinstance(value, Mapping) and "owner" in value:
        raise refused(NoLimitForOwner, ".owner")
    return value
