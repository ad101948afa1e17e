"""Schemas of the answers about seats and entitlements."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from bursar.api.schema.parts import Code, Page, Requester, Seats


class Holder(Requester):
    """Holder of a product: since when, and with or without a seat."""

    role: Code
    state: str
    seat: bool
    since: datetime
    seen_on: date | None = Field(description="The last day on which the product asked for this person's entitlements.")


class Short(BaseModel):
    """Shortfall: from a day on there are too few seats, and `more` people must give theirs up."""

    on: date
    seats: int
    more: int
    change: UUID


class ProductSeats(Seats):
    """The seats of a product and their holders; `counted` if the vendor's product reports the number in use."""

    product: Code
    free: int
    counted: bool
    light: int = Field(description="The number of people who have the product without a seat.")
    light_agents: int | None = Field(
        description="The most people who may have the product without a seat; null for no limit."
    )
    people: list[Holder]
    short: Short | None = Field(description="A scheduled reduction that leaves too few seats, if any.")


class Entitled(BaseModel):
    """Entitlement: a product that may be used, with its agreed plan and features."""

    product: Code
    plan: Code
    quantity: int
    features: list[dict[str, str]] = Field(description="Each in the languages of the catalog.")
    seats: Seats | None
    mine: bool | None = Field(description="True if the calling member has it; null for the vendor.")


class Entitlements(BaseModel):
    """Entitlements; empty unless the account is active."""

    state: Literal["active", "suspended", "cancelled"]
    trial_until: date | None = Field(description="The last day of the trial, while it lasts.")
    products: list[Entitled]


class AllSeats(Page):
    """The seats of each product."""

    items: list[ProductSeats]
