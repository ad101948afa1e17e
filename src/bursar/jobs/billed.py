"""The result of a bill run: documents, amounts by currency, and accounts that could not be renewed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID

from bursar.checkout import Renewed
from bursar.core.billing.invoice import Totals, totals


@dataclass(frozen=True, slots=True)
class BilledDocument:
    """An invoice or credit note of a run; it has no number in a preview. Unit: minor units."""

    account: str
    name: str
    on: str
    kind: str
    number: str
    currency: str
    net: int
    tax: int
    total: int


@dataclass(slots=True)
class BilledBatch:
    """The accounts of a batch with their documents, and those that could not be renewed, with the reason.

    It is written as a line of JSON, by which a process tells the one that started it.
    """

    accounts: list[str] = field(default_factory=list)
    documents: list[BilledDocument] = field(default_factory=list)
    parked: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, renewed: Sequence[Renewed]) -> "BilledBatch":
        """Return the batch of these renewals."""
        accounts = [str(account.customer.id) for account in renewed if account.transitions]
        return cls(accounts, [document for account in renewed for document in _documents(account)])

    def line(self) -> str:
        """Return it as a line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, line: str) -> "BilledBatch":
        """Return the batch that a line states."""
        values = json.loads(line)
        documents = [BilledDocument(**document) for document in values["documents"]]
        return cls(values["accounts"], documents, [(account, reason) for account, reason in values["parked"]])


@dataclass(slots=True)
class BillResult:
    """The sums of a run. `amounts` are those of each currency."""

    accounts: set[UUID] = field(default_factory=set)
    documents: int = 0
    amounts: dict[str, Totals] = field(default_factory=dict)
    parked: dict[str, str] = field(default_factory=dict)

    def add(self, batch: BilledBatch) -> None:
        """Add a batch."""
        self.accounts.update(map(UUID, batch.accounts))
        self.documents += len(batch.documents)
        for document in batch.documents:
            before = self.amounts.get(document.currency, Totals())
            self.amounts[document.currency] = Totals(before.net + document.net, before.tax + document.tax)
        self.parked.update(batch.parked)


def _documents(account: Renewed) -> Iterator[BilledDocument]:
    for transition in account.transitions:
        if transition.invoice is not None:
            sums = totals([line for _, line in transition.invoice.lines])
            yield BilledDocument(
                str(account.customer.id),
                account.customer.name,
                transition.on.isoformat(),
                sums.kind,
                account.numbers.get(transition.invoice.id, ""),
                account.customer.account.currency,
                sums.net,
                sums.tax,
                sums.total,
            )
