"""Schemas of the bodies and answers about payments and refunds."""

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
    received_on: bodies.Day | None = Field(None, description="The day on which the bank received it; by default today.")
    reference: _Reference = ""
    entry: _Reference = Field(
        "",
        description="The bank's own number of the entry; its payments never exceed its amount. "
        "Without a number, staff alone vouch for the payment.",
    )
    invoices: Annotated[list[UUID], Field(max_length=100)] | None = Field(
        None, description="The invoices to pay first, in this order; by default the oldest."
    )
    note: _Note = Field("", description="For the vendor; members do not see it.")


class NewRefund(bodies.Body):
    """Refund of a payment, in whole or part."""

    model_config = example(amount={"amount_minor": 1250, "currency": "EUR"}, reason="goodwill")

    amount: bodies.Money
    reason: str = Field(description="`goodwill`, `duplicate`, `service_failure`, `fraud` or `other`.")
    reference: _Reference = Field("", description="The bank's reference, for a bank transfer.")
    note: _Note = Field("", description="For the vendor; members do not see it.")


class Refund(BaseModel):
    """Refund of a payment. An open refund waits for the gateway; a failed refund did not go through."""

    id: UUID
    payment: UUID
    amount: Money
    reason: Literal["goodwill", "duplicate", "service_failure", "fraud", "other", "late"] = Field(
        description="`late`: the money came too late for its purpose and was refunded automatically."
    )
    reference: str | None
    note: str | None = Field(description="The vendor's own note; always null for members.")
    state: Literal["open", "succeeded", "failed"]
    failure: str | None = Field(description="The gateway's code for the failure.")
    on: date


class PaidInvoice(BaseModel):
    """Part of a payment that pays for an invoice."""

    invoice: UUID
    amount: Money


class Payment(BaseModel):
    """Money that came in: from an attempt at a gateway, from an entry of the bank's statement, or entered by staff."""

    id: UUID
    source: Literal["attempt", "bank", "staff"]
    attempt: UUID | None
    entry: str | None = Field(description="The bank's own number of the entry behind the payment.")
    reference: str | None
    note: str | None = Field(description="The vendor's own note; always null for members.")
    amount: Money
    received_on: date
    invoices: list[PaidInvoice]
    refunded: Money = Field(description="The sum of its refunds, open refunds included.")
    unused: Money = Field(description="The part that pays for nothing yet: a credit of the account.")
    undone: bool = Field(description="True if the payment was booked by mistake and then undone.")
    refunds: list[Refund]


class Payments(Page):
    """Money that came in, the newest first."""

    items: list[Payment]
