"""Documents and money of one life, as the core player keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

from bursar.core.charge import Line
from bursar.core.content import write_line, write_totals
from bursar.core.invoice import totals
from bursar.core.journal import Document as JournalDocument
from bursar.core.journal import Movement, journal
from bursar.core.payment import Open, settle, status

FIRST_ID: Final = 1 << 100
"""Beyond the numbers by which changes are known before they are taken."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A document, when it is due, and to whom it is addressed."""

    id: UUID
    on: date
    due_on: date
    lines: tuple[Line, ...]
    details: Mapping[str, Any]


@dataclass
class Ledger:
    """What was issued, what came in, and what it settled."""

    currency: str
    details: Mapping[str, Any] = field(default_factory=dict)
    issued: list[Issued] = field(default_factory=list)
    payments: list[tuple[UUID, date, int]] = field(default_factory=list)
    settled: dict[UUID, int] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: count(FIRST_ID))

    def new_id(self) -> UUID:
        """The next id."""
        return UUID(int=next(self.ids))

    def issue(self, lines: Sequence[Line], on: date, due_days: int) -> Issued | None:
        """A new document, if there are lines."""
        if not lines:
            return None
        due = on + timedelta(days=due_days if totals(lines).total > 0 else 0)
        document = Issued(self.new_id(), on, due, tuple(lines), self.details)
        self.issued.append(document)
        return document

    def pay(self, amount: int, on: date) -> None:
        """Money that came in."""
        self.payments.append((self.new_id(), on, amount))

    def left(self, document: Issued) -> int:
        """What is left of a document."""
        return abs(totals(document.lines).total) - self.settled.get(document.id, 0)

    def open(self, kind: str) -> list[Open]:
        """Documents of a kind that have something left."""
        return [
            Open(one.id, self.left(one)) for one in self.issued if totals(one.lines).kind == kind and self.left(one)
        ]

    def sources(self) -> list[Open]:
        """Credit notes and payments that have something left."""
        paid = [Open(key, amount - self.settled.get(key, 0)) for key, _, amount in self.payments]
        return [*self.open("credit_note"), *(one for one in paid if one.left)]

    def owes(self) -> int:
        """What is open, less whatever credit notes and payments have left."""
        return sum(one.left for one in self.open("invoice")) - sum(one.left for one in self.sources())

    def allocate(self, first: UUID | None = None) -> None:
        """Settle what is open with what there is; a payment for one invoice settles that one first."""
        invoices = sorted(self.open("invoice"), key=lambda one: one.id != first)
        for one in settle(self.sources(), invoices):
            for key in (one.source, one.invoice):
                self.settled[key] = self.settled.get(key, 0) + one.amount

    def shown(self, document: Issued, today: date) -> dict[str, Any]:
        """A document as the API shows it."""
        sums = totals(document.lines)
        return {
            "id": str(document.id),
            "kind": sums.kind,
            "status": status(sums.kind, self.left(document), document.due_on, today),
            "on": document.on.isoformat(),
            **write_totals(sums, self.currency),
            **document.details,
            "lines": [write_line(line, self.currency) for line in document.lines],
        }

    def journal(self) -> str:
        """The journal; documents are named by kind and number."""
        numbers = {"invoice": count(1), "credit_note": count(1)}
        facts: list[JournalDocument | Movement] = []
        for one in self.issued:
            kind = totals(one.lines).kind
            facts.append(JournalDocument(one.on, str(next(numbers[kind])), kind, self.currency, one.lines))
        facts += [
            Movement(on, str(number), amount, self.currency) for number, (_, on, amount) in enumerate(self.payments, 1)
        ]
        return journal(facts)
