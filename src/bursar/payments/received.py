"""Read payments, with their allocated and refunded amounts, and refunds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from bursar.accounts.relations import REMARKS
from bursar.columns.statement import select
from bursar.core.billing.allocation import Allocation
from bursar.core.billing.booking import BankEntry, Source
from bursar.core.billing.journal import MovementKind
from bursar.core.billing.refund import RefundablePayment, RefundReason, RefundState
from bursar.core.messages.problem import NotFound, phrase
from bursar.core.money.money import Money


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment. `refunded` went back or is on its way, `unused` is not allocated. Unit: minor units.

    `entry` is the bank's own number of the bank entry.
    """

    id: UUID
    source: Source
    attempt_id: UUID | None
    entry: str
    amount_minor: int
    currency: str
    reference: str
    note: str
    on: date
    recorded_at: datetime
    refunded: int
    unused: int
    undone: bool

    @property
    def as_refundable(self) -> RefundablePayment:
        """The payment as the rules of refunds read it."""
        amount = Money(self.amount_minor, self.currency)
        return RefundablePayment(self.id, self.source, amount, self.refunded, self.unused, self.undone)


@dataclass(frozen=True, slots=True)
class RefundRow:
    """Money of a payment that goes back. `charge` is the attempt whose charge the gateway refunds, if there is one."""

    id: UUID
    account_id: UUID
    payment_id: UUID
    amount_minor: int
    currency: str
    reason: RefundReason
    reference: str
    note: str
    state: RefundState
    failure: str
    on: date
    gateway: str
    charge: UUID | None


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that came in, or went back when below zero. Unit: minor units."""

    on: date
    kind: MovementKind
    amount_minor: int
    currency: str


def payments(account_id: UUID, *, before: UUID | None = None, limit: int) -> list[PaymentRow]:
    """Return payments of the account, the newest first, those before a given one; undone payments are marked."""
    return _payments(account_id, before=before, limit=limit)


def payment(account_id: UUID, payment_id: UUID) -> PaymentRow:
    """Return one payment. Errors: NotFound."""
    rows = _payments(account_id, id=payment_id)
    if not rows:
        raise NotFound(what=phrase("payment"))
    return rows[0]


def refunds(account_id: UUID, payment_ids: Collection[UUID]) -> list[RefundRow]:
    """Return the refunds of some payments, the oldest first."""
    where = "r.account_id = %(account)s AND r.payment_id = ANY(%(ids)s)"
    return _refunds(where, account=account_id, ids=list(payment_ids))


def refund(account_id: UUID, refund_id: UUID) -> RefundRow:
    """Return one refund. Errors: NotFound."""
    rows = _refunds("r.account_id = %(account)s AND r.id = %(id)s", account=account_id, id=refund_id)
    if not rows:
        raise NotFound(what=phrase("refund"))
    return rows[0]


def refunds_of_attempt(account_id: UUID, attempt_id: UUID) -> list[RefundRow]:
    """Return the refunds of the payment that an attempt made, the oldest first."""
    return _refunds("r.account_id = %(account)s AND p.attempt_id = %(attempt)s", account=account_id, attempt=attempt_id)


def unfinished_refunds(before: datetime, limit: int) -> list[RefundRow]:
    """Return refunds made before a moment that the gateway has not answered yet, the oldest first."""
    return _refunds("r.state = 'open' AND r.recorded_at < %(before)s", before=before)[:limit]


def allocations(account_id: UUID, sources: Collection[UUID] = (), targets: Collection[UUID] = ()) -> list[Allocation]:
    """Return the allocations of some payments and credit notes, and those to some invoices and refunds, by age."""
    rows = select(_ALLOCATIONS, account=account_id, sources=list(sources), targets=list(targets))
    return [Allocation(*row) for row in rows]


def bank_entry(entry_id: UUID) -> BankEntry:
    """Return a bank entry with the amount that is booked of it."""
    [(entry, amount_minor, currency, booked)] = select(_ENTRY, id=entry_id)
    return BankEntry(entry, Money(amount_minor, currency), booked)


def movements(account_id: UUID) -> list[Movement]:
    """Return all money that came in and went back, in the order in which it was recorded."""
    return [Movement(*row) for row in select(_MOVEMENTS, account=account_id)]


def _payments(account_id: UUID, **filters: Any) -> list[PaymentRow]:
    parameters = {"id": None, "before": None, "limit": None, **filters}
    return [PaymentRow(*row) for row in select(_PAYMENTS, account=account_id, **parameters)]


def _refunds(where: str, **parameters: Any) -> list[RefundRow]:
    return [RefundRow(*row) for row in select(_REFUNDS.format(where=where), **parameters)]


# `u` is the reversal of a payment, if it has one; together their amount is zero. A failed refund gave nothing back.
# Reversed allocations need no filter, because their amounts cancel out.
_PAYMENTS: Final = f"""
SELECT p.id, p.source, p.attempt_id, coalesce(b.entry, ''), p.amount_minor, p.currency, p.reference,
    coalesce(m.text, ''), p."on", p.recorded_at, coalesce(back.amount, 0)::bigint,
    p.amount_minor + coalesce(u.amount_minor, 0) - coalesce(used.amount, 0)::bigint, u.id IS NOT NULL
FROM payments_payment p
LEFT JOIN payments_payment u ON u.account_id = p.account_id AND u.reverses_id = p.id
LEFT JOIN payments_bankentry b ON b.id = p.bank_entry_id
LEFT JOIN {REMARKS} m ON m.account_id = p.account_id AND m.id = p.remark_id
LEFT JOIN LATERAL (
    SELECT sum(amount_minor) AS amount FROM payments_refund r
    WHERE r.account_id = p.account_id AND r.payment_id = p.id AND r.state <> 'failed'
) back ON true
LEFT JOIN LATERAL (
    SELECT sum(amount) AS amount FROM payments_allocation a
    WHERE a.account_id = p.account_id AND a.payment_id = p.id
) used ON true
WHERE p.account_id = %(account)s AND p.reverses_id IS NULL
    AND (%(id)s::uuid IS NULL OR p.id = %(id)s) AND (%(before)s::uuid IS NULL OR p.id < %(before)s)
ORDER BY p.id DESC LIMIT %(limit)s
"""
_REFUNDS: Final = f"""
SELECT r.id, r.account_id, r.payment_id, r.amount_minor, p.currency, r.reason, r.reference, coalesce(m.text, ''),
    r.state, r.failure, r."on", coalesce(t.gateway, ''), t.id
FROM payments_refund r
JOIN payments_payment p ON p.account_id = r.account_id AND p.id = r.payment_id
LEFT JOIN payments_attempt t ON t.account_id = p.account_id AND t.id = p.attempt_id
LEFT JOIN {REMARKS} m ON m.account_id = r.account_id AND m.id = r.remark_id
WHERE {{where}} ORDER BY r.id
"""
_ALLOCATIONS: Final = """
SELECT id, coalesce(payment_id, credit_note_id), coalesce(invoice_id, refund_id), amount, reverses_id
FROM payments_allocation WHERE account_id = %(account)s AND (
    payment_id = ANY(%(sources)s) OR credit_note_id = ANY(%(sources)s)
    OR invoice_id = ANY(%(targets)s) OR refund_id = ANY(%(targets)s)
) ORDER BY id
"""
# Payments of all accounts are summed, for an entry may bring money for several of them.
_ENTRY: Final = """
SELECT b.entry, b.amount_minor, b.currency,
    coalesce((SELECT sum(amount_minor) FROM payments_payment WHERE bank_entry_id = b.id), 0)::bigint
FROM payments_bankentry b WHERE b.id = %(id)s
"""
# Only what the gateway has done: money of an open refund has not moved yet.
_MOVEMENTS: Final = """
SELECT "on", kind, amount_minor, currency FROM (
    SELECT id, "on", CASE WHEN reverses_id IS NULL THEN 'payment' ELSE 'reversal' END AS kind, amount_minor, currency
    FROM payments_payment WHERE account_id = %(account)s
    UNION ALL
    SELECT r.id, r."on", 'refund', -r.amount_minor, p.currency
    FROM payments_refund r JOIN payments_payment p ON p.account_id = r.account_id AND p.id = r.payment_id
    WHERE r.account_id = %(account)s AND r.state = 'succeeded'
) moved ORDER BY id
"""
