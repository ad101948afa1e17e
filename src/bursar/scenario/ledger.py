"""The documents and money of a life that is played in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

from bursar.core.billing.invoice import Buyer, Invoice, Seller, read_address, totals
from bursar.core.billing.invoice_content import write_invoice
from bursar.core.billing.journal import Movement, journal
from bursar.core.billing.payment import OpenAmount, document_status, propose_allocations
from bursar.core.ordering.quote import Quote
from bursar.core.ordering.transition import NewInvoice
from bursar.scenario.core_requests import MemberRequest

FIRST_ID: Final = 1 << 100
"""Beyond the numbers that the core gives to the changes of a quote before it is accepted."""
SELLER: Final = Seller("Scenario", "FR")


@dataclass(frozen=True, slots=True)
class OpenPayment:
    """A payment that waits for the payer: for a quote, with the request that it approves, or for an open invoice."""

    quote: Quote | None
    invoice: Invoice | None
    amount: int
    expires_at: datetime
    request: MemberRequest | None = None


@dataclass
class Ledger:
    """Documents, payments and their allocations, in memory."""

    currency: str
    details: Mapping[str, Any] = field(default_factory=dict)
    issued: list[Invoice] = field(default_factory=list)
    payments: list[tuple[UUID, date, int]] = field(default_factory=list)
    allocated: dict[UUID, int] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: count(FIRST_ID))

    def new_id(self) -> UUID:
        """Return the next id; counted, so that a life prints the same text each time."""
        return UUID(int=next(self.ids))

    def issue(self, new_invoice: NewInvoice, on: date) -> Invoice:
        """Issue the document of a transition."""
        sums = totals([line for _, line in new_invoice.lines])
        document = Invoice(
            id=new_invoice.id,
            number=str(1 + sum(document.kind == sums.kind for document in self.issued)),
            currency=self.currency,
            on=on,
            issued_on=on,
            due_on=on + timedelta(days=new_invoice.due_days if sums.total > 0 else 0),
            seller=SELLER,
            buyer=self._buyer(),
            booked=new_invoice.lines,
        )
        self.issued.append(document)
        return document

    def pay(self, amount: int, on: date) -> None:
        """Book a payment."""
        self.payments.append((self.new_id(), on, amount))

    def open_amount(self, document: Invoice) -> int:
        """Return the open amount of a document."""
        return abs(document.totals.total) - self.allocated.get(document.id, 0)

    def open(self, kind: str) -> list[OpenAmount]:
        """Return the documents of a kind with an open amount."""
        return [
            OpenAmount(document.id, self.open_amount(document))
            for document in self.issued
            if document.kind == kind and self.open_amount(document)
        ]

    def sources(self) -> list[OpenAmount]:
        """Return the credit notes and payments that are not wholly allocated."""
        payments = [
            OpenAmount(payment_id, amount - self.allocated.get(payment_id, 0))
            for payment_id, _, amount in self.payments
        ]
        return [*self.open("credit_note"), *(payment for payment in payments if payment.open_minor)]

    def balance(self) -> int:
        """Return open invoices less unallocated credit notes and payments."""
        return sum(invoice.open_minor for invoice in self.open("invoice")) - sum(
            source.open_minor for source in self.sources()
        )

    def allocate(self, first: UUID | None = None) -> None:
        """Allocate credit notes and payments to open invoices, to `first` before the others."""
        # The sort keeps the order of issue among the others, and false comes before true.
        invoices = sorted(self.open("invoice"), key=lambda invoice: invoice.id != first)
        for allocation in propose_allocations(self.sources(), invoices):
            for key in (allocation.source, allocation.invoice):
                self.allocated[key] = self.allocated.get(key, 0) + allocation.amount

    def write(self, document: Invoice, today: date) -> dict[str, Any]:
        """Return a document as the API shows it."""
        state = document_status(document.kind, self.open_amount(document), document.due_on, today)
        return {**write_invoice(document), "status": state}

    def journal(self) -> str:
        """Return the journal."""
        money = [
            Movement(on, str(number), amount, self.currency) for number, (_, on, amount) in enumerate(self.payments, 1)
        ]
        return journal([*self.issued, *money])

    def _buyer(self) -> Buyer:
        """Return the customer as documents name it from now on."""
        bill_to, text_fields = self.details.get("bill_to"), ("vat_id", "purchase_order")
        return Buyer(
            sold_to=read_address(self.details.get("sold_to") or {}),
            bill_to=read_address(bill_to) if bill_to else None,
            **{name: self.details.get(name, "") for name in text_fields},
        )
