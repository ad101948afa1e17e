"""Bodies and answers of the operations on payments and refunds."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from bursar.api.schema import bodies
from bursar.api.schema.bodies import example
from bursar.api.schema.parts import Money, Page
from bursar.checkout import MOST_TEXT
from bursar.core.billing.booking import MOST_REFERENCE

_Reference = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_REFERENCE)]
_Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_TEXT)]


class NewPayment(bodies.Body):
    """Money that came without a gateway."""

    model_config = example(
        amount={"amount_minor": 34520, "currency": "EUR"},
        received_on="2026-03-02",
        reference="RF18 5390 0754 7034",
        entry="2026-03/17",
    )

    amount: bodies.Money
    received_on: bodies.Day | None = Field(None, description="The day on which the bank had it; without one, today.")
    reference: _Reference = ""
    entry: _Reference = Field(
        "",
        description="The bank's own number of the entry, of which no more is booked than it "
        "brought; without one, the payment is staff's word alone.",
    )
    invoices: Annotated[list[UUID], Field(max_length=100)] | None = Field(
        None, description="Which invoices it pays first, in this order; without any, the oldest."
    )
    note: _Note = Field("", description="For the vendor; members do not see it.")


class NewRefund(bodies.Body):
    """Money of a payment that goes back."""

    model_config = example(amount={"amount_minor": 1250, "currency": "EUR"}, reason="goodwill")

    amount: bodies.Money
    reason: str = Field(description="`goodwill`, `duplicate`, `service_failure`, `fraud` or `other`.")
    reference: _Reference = Field("", description="The bank's, where it was transferred.")
    note: _Note = Field("", description="For the vendor; members do not see it.")


class Refund(BaseModel):
    """Money of a payment that goes back. An open one waits for the gateway; a failed one did not come through."""

    id: UUID
    payment: UUID
    amount: Money
    reason: Literal["goodwill", "duplicate", "service_failure", "fraud", "other", "late"] = Field(
        description="`late` is money that came too late for what it was to pay, and went back by itself."
    )
    reference: str | None
    note: str | None = Field(description="The vendor's; for members always null.")
    state: Literal["open", "succeeded", "failed"]
    failure: str | None = Field(description="Why it failed, in the gateway's code.")
    on: date


class PaidInvoice(BaseModel):
    """So much of a payment that pays for an invoice."""

    invoice: UUID
    amount: Money


class Payment(BaseModel):
    """Money that came in: from an attempt at a gateway, from an entry of the bank's statement, or entered by staff."""

    id: UUID
    source: Literal["attempt", "bank", "staff"]
    attempt: UUID | None
    entry: str | None = Field(description="The bank's own number of the entry that it was booked from.")
    reference: str | None
    note: str | None = Field(description="The vendor's; for members always null.")
    amount: Money
    received_on: date
    invoices: list[PaidInvoice]
    refunded: Money = Field(description="What went back or is on its way.")
    unused: Money = Field(description="What pays for nothing yet; it is credit of the account.")
    undone: bool = Field(description="Whether it was booked by mistake and is out of the books again.")
    refunds: list[Refund]


class Payments(Page):
    """Money that came in, the newest first."""

    items: list[Payment]
