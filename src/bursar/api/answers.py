"""What every answer looks like. These models document; `show` writes what they describe."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from bursar.api.parts import (
    Asked,
    Author,
    Code,
    Contact,
    Currency,
    Days,
    InvoiceLine,
    Line,
    Money,
    Named,
    Page,
    Rate,
    Renewal,
    Seats,
    Totals,
)
from bursar.api.shape import Edit

Outcome = Literal["allowed", "by_request", "refused"]
Reason = Literal["account_state", "account_type", "catalog", "role", "limit"]


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


class Decision(BaseModel):
    """Whether something may be done; if not, why, and whom to ask."""

    capability: str = Field(description="Empty for what only the vendor does.")
    outcome: Outcome
    reason: Reason | None
    ask: list[Asked]
    detail: str | None = Field(description="The same in a sentence or two, in the language of the call.")


class DecidedEdit(Decision):
    """An edit with its decision, and the first day on which it would count."""

    edit: Edit
    effective_on: date | None


class Member(Named, Contact):
    """A member of an account."""

    role: Code
    state: str = Field(examples=["active", "invited"])


class Override(BaseModel):
    """A capability granted or withheld on one account alone; `until` is the last day on which it holds."""

    id: UUID
    capability: str
    grant: bool
    reason: str
    until: date | None
    author: Author
    created_at: datetime


class Quote(BaseModel):
    """Edits, decided and priced."""

    id: UUID
    outcome: Outcome
    edits: list[DecidedEdit]
    lines: list[Line] = Field(description="What is due today.")
    renewal_lines: list[Line]
    due_today: Totals
    next_renewal: Renewal
    warnings: list[str]
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


class Item(BaseModel):
    """A product or add-on that the account has."""

    product: Code
    plan: Code
    per: Literal["seat", "unit", "account"]
    quantity: int
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
    kind: str = Field(examples=["taken", "refused"])
    actor: Author
    on: date
    recorded_at: datetime
    data: dict[str, Any]


class Journal(BaseModel):
    """Balanced double entry, as text."""

    journal: str


class Version(BaseModel):
    """The number of the version that is current now."""

    version: int


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


class Invoices(Page):
    """Invoices and credit notes, the newest first."""

    items: list[Invoice]
