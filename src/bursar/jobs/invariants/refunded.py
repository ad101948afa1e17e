"""Rules about money that goes back and bookings that are undone: refunds, reversing rows, entries of the bank."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bursar.jobs.invariants.rule import Finding, select

WAITING: Final = timedelta(days=14)
"""The longest time that a gateway may take to give money back."""


def refunds_within(now: datetime) -> Iterator[Finding]:
    """No more of a payment goes back than came in, and a refund is covered by allocations of exactly its amount.

    Cure: compare with what the gateway or the bank says went back, and correct it in a transaction that was looked at
    by two people.
    """
    return select(_REFUNDS)


_REFUNDS: Final = """
SELECT p.account_id, 'payment ' || p.id, 'at most ' || p.amount_minor + coalesce(u.amount_minor, 0) || ' given back',
    sum(r.amount_minor) || ' given back'
FROM payments_payment p JOIN payments_refund r ON r.account_id = p.account_id AND r.payment_id = p.id
LEFT JOIN payments_payment u ON u.account_id = p.account_id AND u.reverses_id = p.id
WHERE r.state <> 'failed' GROUP BY p.account_id, p.id, p.amount_minor, u.amount_minor
HAVING sum(r.amount_minor) > p.amount_minor + coalesce(u.amount_minor, 0)
UNION ALL
SELECT r.account_id, 'refund ' || r.id, 'covered by ' || CASE r.state WHEN 'failed' THEN 0 ELSE r.amount_minor END,
    'covered by ' || coalesce(sum(a.amount), 0)
FROM payments_refund r LEFT JOIN payments_allocation a ON a.account_id = r.account_id AND a.refund_id = r.id
GROUP BY r.account_id, r.id, r.state, r.amount_minor
HAVING coalesce(sum(a.amount), 0) <> CASE r.state WHEN 'failed' THEN 0 ELSE r.amount_minor END
"""


def reversals_mirror(now: datetime) -> Iterator[Finding]:
    """A row that reverses a payment or an allocation repeats it with its amount below zero.

    Cure: restore the row that was changed from a backup; what it says decides what is open.
    """
    return select(_REVERSALS)


_REVERSALS: Final = """
SELECT u.account_id, 'reversal ' || u.id, p.source || ' ' || -p.amount_minor, u.source || ' ' || u.amount_minor
FROM payments_payment u LEFT JOIN payments_payment p ON p.account_id = u.account_id AND p.id = u.reverses_id
WHERE u.reverses_id IS NOT NULL
    AND (p.source, -p.amount_minor, p.currency, p.attempt_id, p.bank_entry_id, p.reverses_id)
        IS DISTINCT FROM (u.source, u.amount_minor, u.currency, u.attempt_id, u.bank_entry_id, NULL)
UNION ALL
SELECT u.account_id, 'reversal ' || u.id, (-a.amount)::text, u.amount::text
FROM payments_allocation u LEFT JOIN payments_allocation a ON a.account_id = u.account_id AND a.id = u.reverses_id
WHERE u.reverses_id IS NOT NULL
    AND (-a.amount, a.invoice_id, a.refund_id, a.payment_id, a.credit_note_id, a.reverses_id)
        IS DISTINCT FROM (u.amount, u.invoice_id, u.refund_id, u.payment_id, u.credit_note_id, NULL)
"""


def bank_entries_booked_once(now: datetime) -> Iterator[Finding]:
    """No more is booked of an entry of the bank's statement than it brought, whatever the accounts.

    Cure: look at the statement, and undo the booking that is not on it.
    """
    return select(_ENTRIES)


_ENTRIES: Final = """
SELECT NULL::uuid, 'entry ' || b.entry, 'at most ' || b.amount_minor || ' ' || b.currency,
    sum(p.amount_minor) || ' ' || p.currency
FROM payments_bankentry b JOIN payments_payment p ON p.bank_entry_id = b.id
GROUP BY b.id, p.currency HAVING sum(p.amount_minor) > b.amount_minor OR p.currency <> b.currency
"""


def refunds_end(now: datetime) -> Iterator[Finding]:
    """No refund waits for its gateway for more than two weeks.

    Cure: see that a worker runs and that the gateway answers; the worker's log says what keeps it.
    """
    return select(_WAITS, moment=now - WAITING)


_WAITS: Final = """
SELECT account_id, 'refund ' || id, 'over', 'open since ' || recorded_at
FROM payments_refund WHERE state = 'open' AND recorded_at <= %(moment)s
"""

RULES: Final = (refunds_within, reversals_mirror, bank_entries_booked_once, refunds_end)
