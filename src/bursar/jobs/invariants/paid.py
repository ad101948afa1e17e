"""Rules about money that moved: allocations, payments and refunds, the journal, and attempts that are over."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from bursar.jobs.invariants.rule import LATE, Finding, select


def allocations_within(now: datetime) -> Iterator[Finding]:
    """Allocations pay no invoice beyond its total, and take no more of a payment or credit note than it has.

    Cure: stop whatever writes allocations besides Bursar, and remove those written twice in a transaction that was
    looked at by two people.
    """
    return select(_ALLOCATIONS)


_ALLOCATIONS: Final = """
SELECT a.account_id, 'invoice ' || i.id, 'an invoice settled by at most ' || i.total,
    i.kind || ' settled by ' || sum(a.amount)
FROM payments_allocation a JOIN invoices_invoice i ON i.account_id = a.account_id AND i.id = a.invoice_id
GROUP BY a.account_id, i.id, i.kind, i.total HAVING i.kind <> 'invoice' OR sum(a.amount) > i.total
UNION ALL
SELECT a.account_id, 'credit note ' || i.id, 'a credit note that settles at most ' || -i.total,
    i.kind || ' that settles ' || sum(a.amount)
FROM payments_allocation a JOIN invoices_invoice i ON i.account_id = a.account_id AND i.id = a.credit_note_id
GROUP BY a.account_id, i.id, i.kind, i.total HAVING i.kind <> 'credit_note' OR sum(a.amount) > -i.total
UNION ALL
SELECT a.account_id, 'payment ' || p.id, 'settles at most ' || p.amount_minor + coalesce(u.amount_minor, 0),
    'settles ' || sum(a.amount)
FROM payments_allocation a JOIN payments_payment p ON p.account_id = a.account_id AND p.id = a.payment_id
LEFT JOIN payments_payment u ON u.account_id = p.account_id AND u.reverses_id = p.id
GROUP BY a.account_id, p.id, p.amount_minor, u.amount_minor
HAVING sum(a.amount) > p.amount_minor + coalesce(u.amount_minor, 0)
"""


def money_is_booked(now: datetime) -> Iterator[Finding]:
    """Every attempt that succeeded has its payment of that amount, and one that came too late has it and went back.

    Cure: compare with what the gateway says under the attempt's id, and book what is missing or give it back.
    """
    return select(_BOOKED)


_BOOKED: Final = """
SELECT a.account_id, 'attempt ' || a.id,
    CASE WHEN a.state IN ('succeeded', 'refunded') THEN 'paid ' || a.amount_minor || ' ' || a.currency
        ELSE 'nothing, being ' || a.state END
        || CASE a.state WHEN 'refunded' THEN ', given back ' || a.amount_minor ELSE '' END,
    coalesce('paid ' || p.amount_minor || ' ' || p.currency, 'nothing')
        || coalesce(', given back ' || r.amount_minor, '')
FROM payments_attempt a
LEFT JOIN payments_payment p ON p.account_id = a.account_id AND p.attempt_id = a.id AND p.reverses_id IS NULL
LEFT JOIN payments_refund r
    ON r.account_id = a.account_id AND r.payment_id = p.id AND r.reason = 'late' AND r.state <> 'failed'
WHERE (p.amount_minor, p.currency) IS DISTINCT FROM (
        CASE WHEN a.state IN ('succeeded', 'refunded') THEN a.amount_minor END,
        CASE WHEN a.state IN ('succeeded', 'refunded') THEN a.currency END)
    OR a.state <> 'refunded' AND r.id IS NOT NULL OR a.state = 'refunded' AND r.amount_minor <> a.amount_minor
    OR a.state = 'refunded' AND NOT EXISTS (
        SELECT FROM payments_refund WHERE account_id = a.account_id AND payment_id = p.id AND reason = 'late'
    )
"""


def journal_balances(now: datetime) -> Iterator[Finding]:
    """The journal's receivables are the open invoices less what is left of credit notes and payments.

    Cure: look at the allocations of the account: one names something of another account or currency.
    """
    return select(_JOURNAL)


# The journal knows lines, payments and refunds that were made, and no allocations. What waits to go back is owed.
_JOURNAL: Final = """
WITH receivable AS (
    SELECT account_id, currency, sum(amount) AS amount FROM (
        SELECT i.account_id, i.currency, l.amount + l.tax AS amount
        FROM invoices_invoice i JOIN invoices_line l ON l.account_id = i.account_id AND l.invoice_id = i.id
        UNION ALL SELECT account_id, currency, -amount_minor FROM payments_payment
        UNION ALL SELECT r.account_id, p.currency, r.amount_minor
            FROM payments_refund r JOIN payments_payment p ON p.account_id = r.account_id AND p.id = r.payment_id
            WHERE r.state = 'succeeded'
    ) posted GROUP BY 1, 2
), open AS (
    SELECT account_id, currency, sum(amount) AS amount FROM (
        SELECT account_id, currency, total AS amount FROM invoices_invoice
        UNION ALL SELECT account_id, currency, -amount_minor FROM payments_payment
        UNION ALL SELECT a.account_id, i.currency, CASE i.id WHEN a.invoice_id THEN -a.amount ELSE a.amount END
            FROM payments_allocation a JOIN invoices_invoice i
            ON i.account_id = a.account_id AND i.id IN (a.invoice_id, a.credit_note_id)
        UNION ALL SELECT a.account_id, p.currency, a.amount
            FROM payments_allocation a JOIN payments_payment p
            ON p.account_id = a.account_id AND p.id = a.payment_id
        UNION ALL SELECT r.account_id, p.currency, -r.amount_minor
            FROM payments_refund r JOIN payments_payment p ON p.account_id = r.account_id AND p.id = r.payment_id
            WHERE r.state = 'open'
    ) left_over GROUP BY 1, 2
)
SELECT account_id, 'the journal in ' || currency, coalesce(receivable.amount, 0) || ' receivable',
    coalesce(open.amount, 0) || ' open'
FROM receivable FULL JOIN open USING (account_id, currency)
WHERE coalesce(receivable.amount, 0) <> coalesce(open.amount, 0)
"""


def attempts_end(now: datetime) -> Iterator[Finding]:
    """No attempt to pay is open past its expiry: meanwhile the account can neither change nor renew.

    Cure: see that a worker runs and that the gateway answers; the worker's log says what keeps it.
    """
    return select(_OVERDUE, moment=now - LATE)


_OVERDUE: Final = """
SELECT t.account_id, 'attempt ' || t.id, 'over by ' || t.expires_at, 'open'
FROM payments_attempt t JOIN accounts_account a ON a.id = t.account_id
WHERE t.state = 'open' AND t.expires_at <= coalesce(a.clock_at, %(moment)s)
    AND t.created_at <= %(moment)s
"""

RULES: Final = (allocations_within, money_is_booked, journal_balances, attempts_end)
