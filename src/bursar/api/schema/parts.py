"""Parts of answers: amounts, days, lines, people."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from bursar.api.schema.documented import Edit

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["EUR"])]
# A string, because JSON numbers become binary fractions in most languages, and 19.90 would no longer be exact.
Rate = Annotated[
    str, Field(description="An exact decimal.", pattern=r"^[0-9]+(\.[0-9]+)?$", examples=["19.00"], max_length=24)
]
Code = Annotated[str, Field(description="A code of the catalog or the policy.", examples=["support"])]
ActorKind = Literal["vendor", "member", "system"]
Outcome = Literal["allowed", "by_request", "refused"]
Reason = Literal["account_state", "account_type", "catalog", "role", "limit", "credit"]


class Money(BaseModel):
    """An amount in whole minor units of its currency."""

    amount_minor: int
    currency: Currency


class Days(BaseModel):
    """Span of days: the start belongs to it, the end does not."""

    start: date
    end: date


class Named(BaseModel):
    """A person or thing by id and name."""

    id: UUID
    name: str


class Contact(BaseModel):
    """A person by name and email."""

    name: str
    email: str


class Requester(Contact):
    """Member who made the request."""

    id: UUID


class Asked(Contact):
    """A person who can do it, or can help."""

    role: str = Field(description="The code of a member's role, `representative` or `support`.")


class Author(BaseModel):
    """Author of a fact; the vendor's id is that of the key."""

    kind: ActorKind
    id: UUID | None


class Share(BaseModel):
    """Share of a period: so many of its days."""

    days: int
    of: int


class Description(BaseModel):
    """Description of a line in English and, if the vendor wrote it, in French."""

    en: str = Field(examples=["Support, Team"])
    fr: str | SkipJsonSchema[None] = Field(None, examples=["Support, Équipe"])


class Line(BaseModel):
    """Line: a charge or a credit for some days of an item."""

    kind: Literal["charge", "credit"]
    charge_type: Literal["recurring", "one_off", "usage"] = Field(
        description="Charged for days of a billing period, once, or for usage; a credit has the type of its charge."
    )
    product: Code
    plan: Code
    description: Description = Field(description="The names in the catalog version that sold it.")
    per: Literal["seat", "unit", "account"] = Field(
        description="The thing that the quantity counts and the unit price is for."
    )
    quantity: int
    unit_price: Rate
    span: Days
    period: Days
    share: Share
    rule: Literal["by_day", "fixed_30", "none"]
    gross: Money
    discount: Money
    amount: Money
    tax: Money
    tax_rate: Rate
    period_gross: Money
    period_net: Money
    credits: UUID | None = Field(description="The line whose days a credit gives back.")


class InvoiceLine(Line):
    """A line of an issued document."""

    id: UUID


class Totals(BaseModel):
    """Sums: net, tax and both together."""

    net: Money
    tax: Money
    total: Money


class Renewal(Totals):
    """Renewal: the sums of the next renewal, and its day."""

    on: date | None


class Seats(BaseModel):
    """Seats of a product: bought, and used."""

    bought: int
    used: int


class Page(BaseModel):
    """Page of a list; `next` is the cursor of the page that follows, or null."""

    next: UUID | None


class Decision(BaseModel):
    """Decision: allowed, by request or refused; then with the reason and the people to ask."""

    capability: str = Field(description="Empty for edits that only the vendor makes.")
    outcome: Outcome
    reason: Reason | None
    ask: list[Asked]
    detail: str | None = Field(description="The decision in a sentence or two, in the language of the call.")


class DecidedEdit(Decision):
    """An edit with its decision, and the first day on which it counts."""

    edit: Edit
    effective_on: date | None
    overruled_on: date | None = Field(
        description="For a backdated edit: the day from which a later change counts in its place."
    )


class Added(BaseModel):
    """Addition of a change: seats, and the higher cost of a billing period, without tax."""

    seats: int
    amount: Money


class Priced(BaseModel):
    """Edits with their decisions and prices."""

    outcome: Outcome
    edits: list[DecidedEdit]
    lines: list[Line] = Field(description="The lines that are due today.")
    renewal_lines: list[Line]
    due_today: Totals
    next_renewal: Renewal
    warnings: list[str]
    confirm: Added | None = Field(description="The addition, if accepting it needs `confirm`; otherwise null.")
