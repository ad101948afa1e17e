"""Rules that the database checks of attempts, payments, refunds and allocations."""

from typing import Final

import pgtrigger

from bursar.columns.guard import AtCommit, Refuse, refusal
from bursar.core.billing.gateway import SANDBOX

_SETTLES: Final = "an allocation takes from a payment or credit note to an invoice, or to a refund of that payment"
# Documents are locked in the order of their ids and before the payment, so that two allocations that share rows never
# wait for each other. Under the locks the sums stay true until the transaction ends. A row that does not exist is left
# to its foreign key.
_WITHIN: Final = f"""
IF NEW.reverses_id IS NOT NULL THEN
    IF EXISTS (
        SELECT FROM payments_allocation a WHERE a.account_id = NEW.account_id AND a.id = NEW.reverses_id AND (
            a.reverses_id IS NOT NULL OR a.amount <> -NEW.amount
            OR (a.invoice_id, a.refund_id, a.payment_id, a.credit_note_id)
                IS DISTINCT FROM (NEW.invoice_id, NEW.refund_id, NEW.payment_id, NEW.credit_note_id)
        )
    ) THEN {refusal("mirrors", "what reverses a row repeats it, with its amount below zero")} END IF;
    RETURN NEW;
END IF;
PERFORM FROM invoices_invoice
    WHERE account_id = NEW.account_id AND id IN (NEW.invoice_id, NEW.credit_note_id) ORDER BY id FOR UPDATE;
PERFORM FROM payments_payment WHERE account_id = NEW.account_id AND id = NEW.payment_id FOR UPDATE;
SELECT currency, kind, total, of_payment INTO target FROM (
    SELECT currency, kind, total, NULL::uuid AS of_payment FROM invoices_invoice
        WHERE account_id = NEW.account_id AND id = NEW.invoice_id
    UNION ALL
    SELECT p.currency, 'refund', r.amount_minor, r.payment_id
        FROM payments_refund r JOIN payments_payment p ON p.account_id = r.account_id AND p.id = r.payment_id
        WHERE r.account_id = NEW.account_id AND r.id = NEW.refund_id
) one;
SELECT currency, kind, total INTO source FROM (
    SELECT currency, kind, -total AS total FROM invoices_invoice
        WHERE account_id = NEW.account_id AND id = NEW.credit_note_id
    UNION ALL
    SELECT p.currency, 'payment', p.amount_minor + coalesce(u.amount_minor, 0)
        FROM payments_payment p LEFT JOIN payments_payment u ON u.account_id = p.account_id AND u.reverses_id = p.id
        WHERE p.account_id = NEW.account_id AND p.id = NEW.payment_id
) one;
IF target IS NULL OR source IS NULL THEN
    RETURN NEW;
END IF;
IF target.kind NOT IN ('invoice', 'refund') OR source.kind = 'invoice' OR target.currency <> source.currency
    OR target.of_payment <> NEW.payment_id THEN {refusal("settles", _SETTLES)} END IF;
IF target.total < NEW.amount + (SELECT coalesce(sum(amount), 0) FROM payments_allocation
    WHERE account_id = NEW.account_id AND (invoice_id = NEW.invoice_id OR refund_id = NEW.refund_id))
THEN {refusal("within_invoice", "an invoice is never settled beyond its total, nor a refund beyond its amount")} END IF;
IF source.total < NEW.amount + (SELECT coalesce(sum(amount), 0) FROM payments_allocation
    WHERE account_id = NEW.account_id
        AND (payment_id = NEW.payment_id OR credit_note_id = NEW.credit_note_id))
THEN {refusal("within_source", "a payment or credit note never settles more than it has left")} END IF;
RETURN NEW;
"""
# The bank entry is locked before the sum: two bookings of it, for two accounts, have no other row in common.
_BOOKED: Final = f"""
IF EXISTS (
    SELECT FROM payments_payment p WHERE p.account_id = NEW.account_id AND p.id = NEW.reverses_id AND (
        p.reverses_id IS NOT NULL OR p.amount_minor <> -NEW.amount_minor OR p.currency <> NEW.currency
        OR (p.source, p.attempt_id, p.bank_entry_id)
            IS DISTINCT FROM (NEW.source, NEW.attempt_id, NEW.bank_entry_id)
    )
) THEN {refusal("mirrors", "what reverses a row repeats it, with its amount below zero")} END IF;
PERFORM FROM payments_bankentry WHERE id = NEW.bank_entry_id FOR UPDATE;
IF NEW.bank_entry_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM payments_bankentry b JOIN accounts_account a ON a.id = NEW.account_id AND a.seller_id = b.seller_id
        AND b.mode = CASE WHEN a.sandbox THEN 'sandbox' ELSE 'live' END
    WHERE b.id = NEW.bank_entry_id AND b.currency = NEW.currency AND b.amount_minor >= NEW.amount_minor + (
        SELECT coalesce(sum(amount_minor), 0) FROM payments_payment WHERE bank_entry_id = b.id
    )
) THEN {refusal("within_entry", "no more is booked of an entry of the bank than it brought to this seller")} END IF;
RETURN NEW;
"""
# Checked at the commit, because the reversals of its allocations are written in the same transaction.
_UNUSED: Final = f"""
IF NEW.reverses_id IS NOT NULL AND (
    EXISTS (
        SELECT FROM payments_allocation WHERE account_id = NEW.account_id AND payment_id = NEW.reverses_id
        HAVING sum(amount) <> 0
    ) OR EXISTS (
        SELECT FROM payments_refund
        WHERE account_id = NEW.account_id AND payment_id = NEW.reverses_id AND state <> 'failed'
    )
) THEN {refusal("unused", "a payment that is undone pays for nothing, and nothing of it goes back")} END IF;
RETURN NULL;
"""
# A payment that is undone has the sum zero with its reversal, so nothing of it can go back.
_REFUND_WITHIN: Final = f"""
PERFORM FROM payments_payment WHERE account_id = NEW.account_id AND id = NEW.payment_id FOR UPDATE;
IF NEW.amount_minor + (
    SELECT coalesce(sum(amount_minor), 0) FROM payments_refund
    WHERE account_id = NEW.account_id AND payment_id = NEW.payment_id AND state <> 'failed'
) > (
    SELECT sum(amount_minor) FROM payments_payment
    WHERE account_id = NEW.account_id AND NEW.payment_id IN (id, reverses_id)
) THEN {refusal("within_payment", "no more of a payment goes back than came in")} END IF;
RETURN NEW;
"""


def _covered(refund: str) -> str:
    """Return the function of a trigger that looks at a refund when its transaction ends."""
    return f"""
IF EXISTS (
    SELECT FROM payments_refund r WHERE r.account_id = NEW.account_id AND r.id = {refund}
        AND CASE r.state WHEN 'failed' THEN 0 ELSE r.amount_minor END <> (
            SELECT coalesce(sum(amount), 0) FROM payments_allocation a
            WHERE a.account_id = r.account_id AND a.refund_id = r.id
        )
) THEN {refusal("covered", "a refund is covered by allocations of exactly its amount, one that failed by none")} END IF;
RETURN NULL;
"""


_OF_ATTEMPT: Final = f"""
IF EXISTS (
    SELECT FROM payments_attempt WHERE account_id = NEW.account_id AND id = NEW.attempt_id
        AND amount_minor < NEW.amount_minor
) THEN {refusal("within_attempt", "no more is paid than was attempted")} END IF;
RETURN NEW;
"""

_LIVE: Final = "SELECT FROM accounts_account a WHERE a.id = NEW.account_id AND NOT a.sandbox"
_WHY: Final = "the sandbox gateway pays for sandbox accounts only"
_FOR_SANDBOXES: Final = f"""
IF NEW.gateway = '{SANDBOX}' AND EXISTS ({_LIVE}) THEN {refusal("sandbox_only", _WHY)} END IF;
RETURN NEW;
"""
_PAID_IN_SANDBOXES: Final = f"""
IF EXISTS (
    SELECT FROM payments_attempt t
    WHERE t.account_id = NEW.account_id AND t.id = NEW.attempt_id AND t.gateway = '{SANDBOX}'
) AND EXISTS ({_LIVE}) THEN {refusal("sandbox_paid_only", _WHY)} END IF;
RETURN NEW;
"""

SANDBOX_ONLY = pgtrigger.Trigger(
    name="sandbox_only", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_FOR_SANDBOXES
)
SANDBOX_PAID_ONLY = pgtrigger.Trigger(
    name="sandbox_paid_only", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_PAID_IN_SANDBOXES
)
ALLOCATION_WITHIN = pgtrigger.Trigger(
    name="within",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("target", "record"), ("source", "record")],
    func=_WITHIN,
)
ALLOCATION_COVERS = AtCommit(name="covered", operation=pgtrigger.Insert, func=_covered("NEW.refund_id"))
WITHIN_ATTEMPT = pgtrigger.Trigger(
    name="within_attempt", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_OF_ATTEMPT
)
PAYMENT_BOOKED = pgtrigger.Trigger(name="booked", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_BOOKED)
PAYMENT_REVERSED = AtCommit(name="unused", operation=pgtrigger.Insert, func=_UNUSED)
REFUND_WITHIN = pgtrigger.Trigger(
    name="within_payment", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_REFUND_WITHIN
)
REFUND_OVER = Refuse(
    name="refund_over",
    operation=pgtrigger.Update,
    condition=~pgtrigger.Q(old__state="open"),
    message="a refund of which it is known what came of it stays so",
)
REFUND_COVERED = AtCommit(name="covered", operation=pgtrigger.Insert | pgtrigger.Update, func=_covered("NEW.id"))
