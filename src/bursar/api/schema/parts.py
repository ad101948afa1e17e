"""What answers are made of: amounts, days, lines, people."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from bursar.api.schema.documented import Edit

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["EUR"])]
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
    """Days from the start up to, and without, the end."""

    start: date
    end: date


class Named(BaseModel):
    """Somebody or something by id and name."""

    id: UUID
    name: str


class Contact(BaseModel):
    """Somebody by name and email."""

    name: str
    email: str


class Requester(Contact):
    """Whoever asks."""

    id: UUID


class Asked(Contact):
    """Somebody who can do it, or who can help."""

    role: str = Field(description="The code of a member's role, `representative` or `support`.")


class Author(BaseModel):
    """Who did something; the vendor's id is that of the key."""

    kind: ActorKind
    id: UUID | None


class Share(BaseModel):
    """So many days of the days of a whole period."""

    days: int
    of: int


class Description(BaseModel):
    """The name of the thing sold, in English and, where the vendor wrote it, in French."""

    en: str = Field(examples=["Support, Team"])
    fr: str | SkipJsonSchema[None] = Field(None, examples=["Support, Équipe"])


class Line(BaseModel):
    """What one item costs, or gives back, over some days."""

    kind: Literal["charge", "credit"]
    charge_type: Literal["recurring", "one_off", "usage"] = Field(
        description="Charged for days of a billing period, once, or for what was used; a credit has that of its charge."
    )
    product: Code
    plan: Code
    description: Description = Field(description="By the names of the catalog version that it was sold from.")
    per: Literal["seat", "unit", "account"] = Field(description="What the quantity counts and the unit price is for.")
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
    credits: UUID | None = Field(description="The line that a credit gives back.")


class InvoiceLine(Line):
    """A line of an issued document."""

    id: UUID


class Totals(BaseModel):
    """Sums: net, tax and both together."""

    net: Money
    tax: Money
    total: Money


class Renewal(Totals):
    """What the next renewal comes to, and its day."""

    on: date | None


class Seats(BaseModel):
    """How many seats of a product were bought, and how many are used."""

    bought: int
    used: int


class Page(BaseModel):
    """One page of a list; `next` is the cursor of what follows, if something does."""

    next: UUID | None


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
    overruled_on: date | None = Field(
        description="Of an edit that is dated back: the day from which a change made meanwhile counts instead."
    )


class Added(BaseModel):
    """How much a change adds: seats, and what a billing period costs more, without tax."""

    seats: int
    amount: Money


class Priced(BaseModel):
    """Edits, decided and priced."""

    outcome: Outcome
    edits: list[DecidedEdit]
    lines: list[Line] = Field(description="What is due today.")
    renewal_lines: list[Line]
    due_today: Totals
    next_renewal: Renewal
    warnings: list[str]
    confirm: Added | None = Field(description="What is added, where taking it needs `confirm`; null where it does not.")
