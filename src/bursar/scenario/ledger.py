"""Documents and money of one life, as the core player keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

from bursar.core.billing.invoice import Buyer, Invoice, Seller, read_address, totals
from bursar.core.billing.invoice_content import write_invoice
from bursar.core.billing.journal import Movement, journal
from bursar.core.billing.payment import OpenAmount, document_status, propose_allocations
from bursar.core.ordering.transition import NewInvoice

FIRST_ID: Final = 1 << 100
"""Beyond the numbers by which changes are known before they are taken."""

SELLER: Final = Seller("Scenario", "FR")


@dataclass
class Ledger:
    """Documents, payments and their allocations, in memory."""

    currency: str
    details: Mapping[str, Any] = field(default_factory=dict)
    issued: list[Invoice] = field(default_factory=list)
    payments: list[tuple[UUID, date, int]] = field(default_factory=list)
    settled: dict[UUID, int] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: count(FIRST_ID))

    def new_id(self) -> UUID:
        """The next id."""
        return UUID(int=next(self.ids))

    def issue(self, made: NewInvoice, on: date) -> Invoice:
        """Issue a document that somebody's order or a day brings."""
        sums = totals([line for _, line in made.lines])
        document = Invoice(
            id=made.id,
            number=str(1 + sum(one.kind == sums.kind for one in self.issued)),
            currency=self.currency,
            on=on,
            issued_on=on,
            due_on=on + timedelta(days=made.due_days if sums.total > 0 else 0),
            seller=SELLER,
            buyer=self._buyer(),
            booked=made.lines,
        )
        self.issued.append(document)
        return document

    def pay(self, amount: int, on: date) -> None:
        """Money that came in."""
        self.payments.append((self.new_id(), on, amount))

    def left(self, document: Invoice) -> int:
        """Return the open amount of a document."""
        return abs(document.totals.total) - self.settled.get(document.id, 0)

    def open(self, kind: str) -> list[OpenAmount]:
        """Documents of a kind that have something left."""
        return [OpenAmount(one.id, self.left(one)) for one in self.issued if one.kind == kind and self.left(one)]

    def sources(self) -> list[OpenAmount]:
        """Credit notes and payments that have something left."""
        paid = [OpenAmount(key, amount - self.settled.get(key, 0)) for key, _, amount in self.payments]
        return [*self.open("credit_note"), *(one for one in paid if one.left)]

    def owes(self) -> int:
        """Return open invoices less unallocated credit notes and payments."""
        return sum(one.left for one in self.open("invoice")) - sum(source.left for source in self.sources())

    def allocate(self, first: UUID | None = None) -> None:
        """Settle what is open with what there is; a payment for one invoice settles that one first."""
        invoices = sorted(self.open("invoice"), key=lambda one: one.id != first)
        for allocation in propose_allocations(self.sources(), invoices):
            for key in (allocation.source, allocation.invoice):
                self.settled[key] = self.settled.get(key, 0) + allocation.amount

    def shown(self, document: Invoice, today: date) -> dict[str, Any]:
        """A document as the API shows it."""
        state = document_status(document.kind, self.left(document), document.due_on, today)
        return {**write_invoice(document), "status": state}

    def journal(self) -> str:
        """The journal; documents are named by kind and number."""
        money = [
            Movement(on, str(number), amount, self.currency) for number, (_, on, amount) in enumerate(self.payments, 1)
        ]
        return journal([*self.issued, *money])

    def _buyer(self) -> Buyer:
        """The customer as documents name it from now on."""
        bill_to, told = self.details.get("bill_to"), ("vat_id", "purchase_order")
        return Buyer(
            sold_to=read_address(self.details.get("sold_to") or {}),
            bill_to=read_address(bill_to) if bill_to else None,
            **{name: self.details.get(name, "") for name in told},
        )
