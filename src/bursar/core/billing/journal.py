"""The journal: balanced double entries as text, computed from invoices, payments and refunds and never stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bursar.core.billing.invoice import Invoice
from bursar.core.money.money import Money, amount_text

MovementKind = Literal["payment", "refund", "reversal"]
"""Money that came in, money paid back, and a payment booked by mistake whose booking was undone."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A payment, or below zero a refund or an undone booking. Unit: minor units."""

    on: date
    reference: str
    amount_minor: int
    currency: str
    kind: MovementKind = "payment"


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount on an account of the ledger. Debits are above zero."""

    account: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """Postings that balance."""

    on: date
    title: str
    currency: str
    postings: tuple[Posting, ...]


def entries(facts: Iterable[Invoice | Movement]) -> tuple[Entry, ...]:
    """Return an entry per invoice and movement, by day; those of a day keep their order."""
    return tuple(_document(fact) if isinstance(fact, Invoice) else _movement(fact) for fact in _by_day(facts))


def journal(facts: Iterable[Invoice | Movement]) -> str:
    """Return the entries as text: a line with day and title, then a line per posting."""
    return "\n".join(_entry_text(entry) for entry in entries(facts))


def _by_day(facts: Iterable[Invoice | Movement]) -> list[Invoice | Movement]:
    # `sorted` is stable. By number or kind instead, a payment could come before the invoice that it pays.
    return sorted(facts, key=lambda fact: fact.on)


def _document(document: Invoice) -> Entry:
    totals = document.totals
    # Revenue and tax are on the credit side, below zero. On a credit note every sign is the other way round by itself.
    revenue: dict[str, int] = {}
    for line in document.lines:
        revenue[line.product] = revenue.get(line.product, 0) - line.amount
    postings = [
        Posting("receivable", totals.total),
        *(Posting(f"revenue:{code}", net) for code, net in revenue.items()),
    ]
    # Without tax there is no posting: an account of the ledger that never moves would look like a mistake.
    if totals.tax:
        postings.append(Posting("tax", -totals.tax))
    title = f"{document.kind.replace('_', ' ')} {document.number}"
    return Entry(document.on, title, document.currency, tuple(postings))


def _movement(movement: Movement) -> Entry:
    postings = (Posting("cash", movement.amount_minor), Posting("receivable", -movement.amount_minor))
    return Entry(movement.on, f"{movement.kind} {movement.reference}", movement.currency, postings)


def _entry_text(entry: Entry) -> str:
    lines = [f"{entry.on.isoformat()} {entry.title}"]
    for posting in entry.postings:
        amount = amount_text(Money(posting.amount_minor, entry.currency))
        lines.append(f"  {posting.account:<32} {amount:>14} {entry.currency}")
    return "\n".join(lines) + "\n"
