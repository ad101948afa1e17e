"""Schemas of the bodies of calls."""

from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from ninja import Query, Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints
from pydantic_core import PydanticCustomError

from bursar.accounts.queries import MOST_PURCHASE_ORDER, MOST_RECIPIENTS, MOST_VAT_ID
from bursar.accounts.sessions import Page
from bursar.api.schema.documented import Documented, Edit
from bursar.checkout import MOST_TEXT
from bursar.columns.address import MOST_ADDRESS, BadAddress, sendable
from bursar.core.money.price import MOST_MINOR
from bursar.core.policy.limits import MOST_SEATS
from bursar.core.subscription.edit import MOST_EDITS

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
# The rows of a list are read in one statement and written in one answer: longer lists come in pages.
PageSize = Annotated[int, Query(ge=1, le=200)]
# The pattern stands in the document, for programs; `_sendable` also refuses addresses that no mail server takes.
EMAIL: Final = r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$"


def _sendable(value: str) -> str:
    """Return the address if email can be sent to it. Errors: PydanticCustomError."""
    try:
        sendable(value)
    except BadAddress:
        raise PydanticCustomError("email", "no address that email can be sent to") from None
    return value


Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MOST_ADDRESS, pattern=EMAIL),
    AfterValidator(_sendable),
]
Locale = Literal["en", "fr"]
_EDITS: Final = Annotated[list[Edit], Field(min_length=1, max_length=MOST_EDITS)]


def _day(value: object) -> date:
    """Read a day from a text such as 2026-01-31. Errors: ValueError."""
    # Pydantic alone would take a number for seconds since 1970, and `fromisoformat` reads 20260131.
    if not isinstance(value, str) or len(value) != len("2026-01-31"):
        raise ValueError("no day")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_day)]
_RATIO: Final = 'A ratio of the net amount: "0.20" is twenty percent.'


def example(**fields: Any) -> ConfigDict:
    """Return the configuration of a body: no unknown fields, and an example for the document."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [fields]})


class Body(Schema):
    """A JSON object without unknown fields."""

    # A misspelt field that is optional would be ignored without a word, and its default would count.
    model_config = ConfigDict(extra="forbid")


class Person(Body):
    """A person by name and email."""

    name: Words
    email: Email


class NewAccount(Body):
    """An account to open."""

    model_config = example(
        name="Cobalt Games",
        account_type="self_service",
        currency="EUR",
        time_zone="Europe/Berlin",
        owner={"name": "Jonas Weber", "email": "jonas@cobalt.example"},
        tax_rate="0.19",
    )

    name: Words
    account_type: Words = Field(description="One of the policy's account types.")
    currency: Words = Field(description="A code of ISO 4217 in which the catalog sells; it never changes.")
    time_zone: Words = Field("UTC", description="A name of the IANA time zone database.")
    locale: Locale = "en"
    owner: Person
    representative: Person | None = Field(None, description="The vendor's contact for the account.")
    # Strict: pydantic alone would take "off", 0 and "n" for booleans, and a program that sends them is mistaken.
    sandbox: StrictBool = Field(False, description="An account for trying things out, with a clock of its own.")
    today: str | None = Field(
        None, description="The start of a sandbox account's clock: a day (its beginning) or an instant."
    )
    tax_rate: str = Field("0", description=_RATIO)


class AccountFields(Body):
    """Fields of an account that the vendor may change; absent fields stay as they are."""

    model_config = example(account_type="online_assisted", tax_rate="0.20")

    name: Words | None = None
    account_type: Words | None = None
    time_zone: Words | None = None
    locale: Locale | None = None
    representative: Person | None = None
    tax_rate: str | None = Field(None, description=_RATIO)


class NewMember(Person):
    """A member to add."""

    model_config = example(name="Ada Berg", email="ada@cobalt.example", role="admin")

    role: Words = Field(description="A role of the policy, but not the owner's.")


class MemberFields(Body):
    """Fields of a member that may change; absent fields stay as they are."""

    model_config = example(role="billing_admin")

    role: Words | None = None
    name: Words | None = None
    state: Literal["active", "suspended"] | None = None


class NewOwner(Body):
    """The billing admin who becomes the owner; the vendor says why."""

    model_config = example(member="01900000-0000-7000-8000-000000000001", reason="The owner has left the company.")

    member: UUID
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class NewOverride(Body):
    """A capability to grant or withhold on one account; `until` is the last day on which it holds."""

    model_config = example(capability="remove_seats", grant=True, reason="as agreed by letter", until="2026-12-31")

    capability: Words = Field(description="A capability, or `show_costs`.")
    grant: StrictBool
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    until: Day | None = None


class PaymentMethod(Body):
    """Payment method: on invoice terms, or with the gateway's token of a card or mandate."""

    model_config = example(type="card", token="ok")

    # Not a Literal: the core reads it and answers an unknown word with a problem of its own.
    type: str = Field(description="`invoice`, `card` or `debit`.")
    token: str | None = Field(
        None,
        description="Absent for `invoice`. The sandbox gateway, for sandbox accounts only, knows `ok`, "
        "`declined_funds`, `needs_authentication` and `refund_declined` (pays, but refuses refunds).",
    )


class BillingDetails(Body):
    """Billing details: the customer as future invoices name it, and the recipients of the invoices.

    The `country` of an address has two letters (ISO 3166), or stays as it was before codes were required.
    """

    model_config = example(
        sold_to={"name": "Cobalt Games GmbH", "city": "Berlin", "country": "DE"},
        vat_id="DE123456789",
        purchase_order="PO-7",
        recipients=[{"name": "Accounts payable", "email": "ap@cobalt.example"}],
    )

    sold_to: Annotated[dict[str, str], Field(default_factory=dict, max_length=20)]
    bill_to: Annotated[dict[str, str], Field(max_length=20)] | None = None
    vat_id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_VAT_ID)] = ""
    purchase_order: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_PURCHASE_ORDER)] = ""
    recipients: Annotated[list[Person], Field(default_factory=list, max_length=MOST_RECIPIENTS)]


class Money(Body):
    """An amount in whole minor units of its currency."""

    # Strict: "12.00" and 12.0 look like whole units to whoever wrote them, and would be read as twelve cents.
    amount_minor: Annotated[int, Field(strict=True, ge=0, le=MOST_MINOR)]
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]


class GrowthLimit(Body):
    """The limit on what billing admins may add to the account in a billing period; null means no limit."""

    model_config = example(seats=20, amount={"amount_minor": 50000, "currency": "EUR"})

    seats: Annotated[int, Field(strict=True, ge=0, le=MOST_SEATS)] | None
    amount: Money | None


class NewSession(Body):
    """Member to sign in, page to open, and an address of your product for the way back."""

    model_config = example(actor="jonas@cobalt.example", page="seats", return_to="https://app.example/settings")

    actor: Email
    page: Page = "subscription"
    # A page puts it into a link, where `javascript:` would run.
    return_to: Annotated[str, StringConstraints(max_length=2000, pattern=r"^(https?://[^\s/]+.*)?$")] = ""


class Edits(Body):
    """Edits to quote."""

    # Documented, not checked: the core reads edits, and says which of them is wrong and why in both languages.
    model_config = example(edits=[{"edit": "set_seats", "product": "support", "seats": 12}])

    edits: Annotated[list[Any], Documented(_EDITS)]


class QuoteOrEdits(Body):
    """A quote as it was shown, or edits to decide now."""

    quote: UUID | None = None
    edits: Annotated[list[Any], Documented(_EDITS)] | None = None


class Confirming(Body):
    """Confirmation of a change that adds more than a ceiling."""

    model_config = example(confirm=True)

    confirm: StrictBool = Field(
        False, description="True to accept a change beyond a ceiling; otherwise it is answered 409, `confirm`."
    )


class Taking(QuoteOrEdits, Confirming):
    """A quote to accept as it was shown, or edits to decide and accept now."""

    model_config = example(edits=[{"edit": "change_plan", "product": "support", "plan": "professional"}])


class NewRequest(QuoteOrEdits):
    """A quote or edits to request, with the reason and the day by which they are needed."""

    model_config = example(
        edits=[{"edit": "set_seats", "product": "support", "seats": 12}],
        reason="Two colleagues join in March.",
        needed_by="2026-03-01",
    )

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_TEXT)] = ""
    needed_by: Day | None = None


class Rejection(Body):
    """Reason for rejecting a request."""

    model_config = example(reason="We wait for the budget of next year.")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_TEXT)]


class InUse(Body):
    """Number of seats in use; null to count the members who have a seat here."""

    model_config = example(in_use=12)

    in_use: Annotated[int, Field(strict=True, ge=0, le=MOST_SEATS)] | None


class Finish(Body):
    """Payer's answer at the sandbox gateway."""

    model_config = example(outcome="succeeded")

    outcome: Literal["succeeded", "failed"]


class Clock(Body):
    """New time of a sandbox account's clock: a day (its beginning) or an instant."""

    model_config = example(to="2026-01-31")

    to: str = Field(examples=["2026-01-31", "2026-01-31T09:00:00Z"])
