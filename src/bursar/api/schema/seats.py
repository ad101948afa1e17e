"""What answers about seats look like: who uses them, and what may be used."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from bursar.api.schema.parts import Code, Page, Requester, Seats


class Holder(Requester):
    """Who has a product since when, and whether with a seat."""

    role: Code
    state: str
    seat: bool
    since: datetime
    seen_on: date | None = Field(description="The last day on which the product asked what this person may use.")


class Short(BaseModel):
    """From a day on there are too few seats for those who use them: so many `more` must be named."""

    on: date
    seats: int
    more: int
    change: UUID


class ProductSeats(Seats):
    """The seats of a product, and who has it; `counted` where the vendor's product says how many are used."""

    product: Code
    free: int
    counted: bool
    light: int = Field(description="How many have it without a seat.")
    light_agents: int | None = Field(description="How many may, if the plan limits it.")
    people: list[Holder]
    short: Short | None = Field(description="A scheduled reduction by which too few people give up their seat, if any.")


class Entitled(BaseModel):
    """A product that may be used: its plan with its features, as the account agreed it."""

    product: Code
    plan: Code
    quantity: int
    features: list[dict[str, str]] = Field(description="Each in the languages that the catalog has.")
    seats: Seats | None
    mine: bool | None = Field(description="Whether the member as whom it is asked has it; null for the vendor.")


class Entitlements(BaseModel):
    """What may be used now; nothing while the account is not active."""

    state: Literal["active", "suspended", "cancelled"]
    trial_until: date | None = Field(description="The last day of a trial, while there is one.")
    products: list[Entitled]


class AllSeats(Page):
    """The seats of each product."""

    items: list[ProductSeats]
