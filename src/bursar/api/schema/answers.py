"""What every answer looks like. These models document; `show` writes what they describe."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from bursar.api.schema.documented import Edit
from bursar.api.schema.parts import (
    Author,
    Code,
    Contact,
    Currency,
    Days,
    Decision,
    InvoiceLine,
    Money,
    Named,
    Page,
    Priced,
    Rate,
    Requester,
    Seats,
    Totals,
)
from bursar.core.ordering.request import Cause, Difference, RequestState


class Account(Named):
    """An account."""

    account_type: Code
    currency: Currency
    time_zone: str = Field(examples=["Europe/Paris"])
    locale: Literal["en", "fr"]
    state: Literal["active", "suspended", "cancelled"]
    sandbox: bool
    today: date = Field(description="The account's own day.")
    tax_rate: Rate
    representative: Contact | None
    created_at: datetime


class Member(Named, Contact):
    """A member of an account."""

    role: Code
    state: str = Field(examples=["active", "invited", "suspended"])
    invited_at: datetime | None = Field(description="Since when an invitation waits to be accepted.")
    last_sign_in_at: datetime | None


class Session(BaseModel):
    """A way into the Admin Center, for one person and once."""

    id: UUID
    address: str = Field(examples=["https://billing.example/session/…"])
    expires_at: datetime


class Limit(BaseModel):
    """How far billing admins may let the account grow by themselves in a billing period; null is no limit."""

    seats: int | None
    amount: Money | None = Field(description="How much more a whole billing period may cost, without tax.")


class Override(BaseModel):
    """A capability granted or withheld on one account alone; `until` is the last day on which it holds."""

    id: UUID
    capability: str
    grant: bool
    reason: str
    until: date | None
    author: Author
    created_at: datetime


class Quote(Priced):
    """Edits, decided and priced, to be taken until it expires."""

    id: UUID
    expires_at: datetime


class Change(BaseModel):
    """One edit of a taken quote."""

    id: UUID
    edit: Edit
    effective_on: date
    by_vendor: bool
    undoes: UUID | None


class Seller(BaseModel):
    """The vendor's legal entity."""

    name: str
    country: str


class Details(BaseModel):
    """What invoices say of the customer, and who receives them."""

    sold_to: dict[str, str]
    bill_to: dict[str, str] | None
    vat_id: str
    purchase_order: str
    recipients: list[Contact]


class Invoice(Totals, Details):
    """An issued invoice or credit note; it never changes, but for what is open of it."""

    id: UUID
    kind: Literal["invoice", "credit_note"]
    number: str
    status: Literal["open", "overdue", "paid", "settled"]
    on: date
    issued_on: date
    due_on: date
    open: Money
    seller: Seller
    lines: list[InvoiceLine]


class Taken(BaseModel):
    """What taking a quote made."""

    changes: list[Change]
    invoice: Invoice | None


class Attempt(Taken):
    """A payment attempt, with what it paid for once it has. An open one is finished by the payer at `address`."""

    id: UUID
    state: Literal["open", "succeeded", "failed", "cancelled", "refunded"]
    reason: str | None
    amount: Money
    address: str | None
    expires_at: datetime


class Closed(BaseModel):
    """How a request ended: when, by whom, and what they said, or by what it was overtaken."""

    at: datetime
    by: Author
    reason: str
    cause: Cause | None = Field(description="Why nobody can approve it any more, if it was overtaken.")


class Request(BaseModel):
    """What a member asks for, with its quote as it was when they asked."""

    id: UUID
    state: RequestState
    member: Requester
    reason: str
    needed_by: date | None
    created_at: datetime
    expires_at: datetime
    quote: Priced
    closed: Closed | None


class RequestNow(Request):
    """A request, while it is open with what it would be today for whoever looks, approved with what it led to."""

    moved: list[Difference] = Field(description="What is different today from when it was made, while it is open.")
    today: Priced | None = Field(description="Nothing where it can no longer be decided, or is closed.")
    changes: list[Change]
    invoice: Invoice | None


class TemporarySeats(BaseModel):
    """So many seats more on some days."""

    seats: int
    span: Days


class Item(BaseModel):
    """A product or add-on that the account has."""

    product: Code
    plan: Code
    per: Literal["seat", "unit", "account"]
    quantity: int
    temporary: list[TemporarySeats] | SkipJsonSchema[None] = Field(
        None, description="Seats beside these that are in force for some days; only where there are some."
    )
    seats: Seats | SkipJsonSchema[None] = Field(None, description="Only for what is sold by the seat.")
    unit_price: Rate | SkipJsonSchema[None] = Field(None, description="Only where the account's people see costs.")


class MethodKind(BaseModel):
    """How an account pays."""

    type: Literal["invoice", "card", "debit"]


class Subscription(BaseModel):
    """What an account has, and what is scheduled."""

    state: Literal["active", "suspended", "cancelled"]
    account_type: Code
    currency: Currency
    cycle: Code
    today: date
    period: Days | None
    term: Days | None
    trial_until: date | None = Field(description="The last day of a trial, also of one that is over; null who bought.")
    payment_method: MethodKind
    items: list[Item]
    scheduled: list[Change]


class MethodNow(MethodKind):
    """How an account pays, and the payment that waits for the payer, if one does."""

    waiting: Attempt | None


class MethodSet(MethodNow):
    """How an account pays from now on, and how many open invoices were collected with it."""

    collected: int


class Fact(BaseModel):
    """One entry of a history: ids and codes, never names or free text."""

    id: UUID
    kind: str = Field(examples=["changes_taken", "refused"])
    actor: Author
    on: date
    recorded_at: datetime
    data: dict[str, Any] = Field(
        description="What this kind of entry holds; agreed prices and totals only where you may see costs or invoices."
    )


class Journal(BaseModel):
    """Balanced double entry, as text."""

    journal: str


class Accounts(Page):
    """Accounts, the oldest first."""

    items: list[Named]


class Decisions(Page):
    """One decision for every capability."""

    items: list[Decision]


class Members(Page):
    """Members of an account."""

    items: list[Member]


class Overrides(Page):
    """Overrides that were not ended."""

    items: list[Override]


class Facts(Page):
    """Entries of a history, the newest first."""

    items: list[Fact]


class Requests(Page):
    """Requests, the newest first."""

    items: list[Request]


class Invoices(Page):
    """Invoices and credit notes, the newest first."""

    items: list[Invoice]
