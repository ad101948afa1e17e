"""Schemas of the answers. They document; `present` writes the objects that they describe.

A field that may be absent is `SkipJsonSchema[None]`: without it the document would say that it may be null.
"""

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
    invited_at: datetime | None = Field(description="The time of an invitation that was not accepted yet.")
    last_sign_in_at: datetime | None


class Session(BaseModel):
    """A link that signs one person in to the Admin Center, once."""

    id: UUID
    address: str = Field(examples=["https://billing.example/session/…"])
    expires_at: datetime


class Limit(BaseModel):
    """The limit on what billing admins may add to the account in a billing period; null means no limit."""

    seats: int | None
    amount: Money | None = Field(description="The most that a whole billing period may cost more, without tax.")


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
    """Edits with their decisions and prices. The quote can be accepted until it expires."""

    id: UUID
    expires_at: datetime


class Change(BaseModel):
    """Change: an edit of an accepted quote."""

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
    """Billing details: the customer as invoices name it, and the recipients of the invoices."""

    sold_to: dict[str, str]
    bill_to: dict[str, str] | None
    vat_id: str
    purchase_order: str
    recipients: list[Contact]


class Invoice(Totals, Details):
    """An issued invoice or credit note. It never changes, except for its open amount and status."""

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
    """Result of an accepted quote: its changes and its invoice."""

    changes: list[Change]
    invoice: Invoice | None


class Attempt(Taken):
    """A payment attempt, and the result of what it paid for. An open attempt is finished by the payer at `address`."""

    id: UUID
    state: Literal["open", "succeeded", "failed", "cancelled", "refunded"]
    reason: str | None
    amount: Money
    address: str | None
    expires_at: datetime


class Closed(BaseModel):
    """Closing of a request: when, by whom, with which answer, or why it was overtaken."""

    at: datetime
    by: Author
    reason: str
    cause: Cause | None = Field(description="The reason why nobody can approve it any more, if it was overtaken.")


class Request(BaseModel):
    """A member's request, with its quote as it was at that time."""

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
    """A request; an open request has its quote of today, an approved request its result."""

    moved: list[Difference] = Field(description="The things that have changed since an open request was made.")
    today: Priced | None = Field(description="The quote of today; null if it is closed or can no longer be decided.")
    changes: list[Change]
    invoice: Invoice | None


class TemporarySeats(BaseModel):
    """Temporary seats: additional seats for some days."""

    seats: int
    span: Days


class Item(BaseModel):
    """A product or add-on that the account has."""

    product: Code
    plan: Code
    per: Literal["seat", "unit", "account"]
    quantity: int
    temporary: list[TemporarySeats] | SkipJsonSchema[None] = Field(
        None, description="Additional seats for some days; absent if there are none."
    )
    seats: Seats | SkipJsonSchema[None] = Field(None, description="Only of products that are sold by the seat.")
    unit_price: Rate | SkipJsonSchema[None] = Field(None, description="Only if the account's people see costs.")


class MethodKind(BaseModel):
    """Payment type of an account."""

    type: Literal["invoice", "card", "debit"]


class Subscription(BaseModel):
    """Subscription of an account, with its scheduled changes."""

    state: Literal["active", "suspended", "cancelled"]
    account_type: Code
    currency: Currency
    cycle: Code
    today: date
    period: Days | None
    term: Days | None
    trial_until: date | None = Field(description="The last day of a trial, past or not; null once the account bought.")
    payment_method: MethodKind
    items: list[Item]
    scheduled: list[Change]


class MethodNow(MethodKind):
    """Payment type of an account, and the payment that waits for the payer, if any."""

    waiting: Attempt | None


class MethodSet(MethodNow):
    """New payment type of an account, and the number of open invoices that were collected with it."""

    collected: int


class Fact(BaseModel):
    """Entry of a history: ids and codes, never names or free text."""

    id: UUID
    kind: str = Field(examples=["changes_taken", "refused"])
    actor: Author
    on: date
    recorded_at: datetime
    data: dict[str, Any] = Field(
        description="The fields of this kind of entry; agreed prices and totals only if you may see costs or invoices."
    )


class Journal(BaseModel):
    """Balanced double entry, as text."""

    journal: str


class Accounts(Page):
    """Accounts, the oldest first."""

    items: list[Named]


class Decisions(Page):
    """Decision for every capability."""

    items: list[Decision]


class Members(Page):
    """Members of an account."""

    items: list[Member]


class Overrides(Page):
    """Overrides in force: those that were not ended."""

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
