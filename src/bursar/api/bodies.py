"""What may be sent to the door."""

from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
EMAIL: Final = r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$"
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=EMAIL)]
Locale = Literal["en", "fr"]


def _day(value: object) -> date:
    """A date only from a text of its own form: a number is not taken for seconds since 1970. Errors: ValueError."""
    if not isinstance(value, str) or len(value) != len("2026-01-31"):
        raise ValueError("no day")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_day)]


class Body(Schema):
    """A JSON object without unknown entries."""

    model_config = ConfigDict(extra="forbid")


class Person(Body):
    """Somebody by name and email."""

    name: Words
    email: Email


class NewAccount(Body):
    """An account to open. `today` sets a sandbox account's clock; a day means its start in the account's zone."""

    name: Words
    account_type: Words
    currency: Words
    time_zone: Words = "UTC"
    locale: Locale = "en"
    owner: Person
    representative: Person | None = None
    sandbox: StrictBool = False
    today: str | None = None
    tax_rate: str = "0"


class AccountFields(Body):
    """What the vendor may change of an account; only what is sent changes."""

    name: Words | None = None
    account_type: Words | None = None
    time_zone: Words | None = None
    locale: Locale | None = None
    representative: Person | None = None
    tax_rate: str | None = None


class NewMember(Person):
    """A member to add."""

    role: Words


class MemberFields(Body):
    """What may be changed of a member."""

    role: Words | None = None
    name: Words | None = None


class NewOverride(Body):
    """A capability to grant or withhold on one account; `until` is the last day on which it holds."""

    capability: Words
    grant: StrictBool
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    until: Day | None = None


class PaymentMethod(Body):
    """How to pay: on invoice terms, or with the gateway's token of a card or mandate."""

    type: str
    token: str | None = None


class BillingDetails(Body):
    """What future invoices say of the customer, and who receives them."""

    sold_to: Annotated[dict[str, str], Field(default_factory=dict, max_length=20)]
    bill_to: Annotated[dict[str, str], Field(max_length=20)] | None = None
    vat_id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    purchase_order: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    recipients: Annotated[list[Person], Field(default_factory=list, max_length=50)]


class Edits(Body):
    """Edits to quote."""

    edits: list[Any]


class Taking(Body):
    """Either a quote to take as it was shown, or edits to take as they are decided now."""

    quote: UUID | None = None
    edits: list[Any] | None = None


class Finish(Body):
    """What the payer did at the sandbox gateway."""

    outcome: Literal["succeeded", "failed"]


class Clock(Body):
    """Where to move a sandbox account's clock: a day (its start) or an instant."""

    to: str
