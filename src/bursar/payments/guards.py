"""What money already booked refuses."""

from typing import Final

import pgtrigger

from bursar.columns.guard import refusal
from bursar.core.gateway import SANDBOX

_WITHIN = f"""
PERFORM FROM invoices_invoice
    WHERE account_id = NEW.account_id AND id IN (NEW.invoice_id, NEW.credit_note_id) ORDER BY id FOR UPDATE;
PERFORM FROM payments_payment WHERE account_id = NEW.account_id AND id = NEW.payment_id FOR UPDATE;
SELECT currency, kind, total INTO target FROM invoices_invoice
    WHERE account_id = NEW.account_id AND id = NEW.invoice_id;
SELECT currency, 'payment' AS kind, amount_minor AS total INTO source FROM payments_payment
    WHERE account_id = NEW.account_id AND id = NEW.payment_id;
IF NEW.credit_note_id IS NOT NULL THEN
    SELECT currency, kind, -total AS total INTO source FROM invoices_invoice
        WHERE account_id = NEW.account_id AND id = NEW.credit_note_id;
END IF;
IF target IS NULL OR source IS NULL THEN
    RETURN NEW;
END IF;
IF target.kind <> 'invoice' OR source.kind = 'invoice' OR target.currency <> source.currency THEN
    {refusal("settles", "an allocation takes from a payment or credit note to an invoice of the same currency")}
END IF;
IF target.total < NEW.amount + (SELECT coalesce(sum(amount), 0) FROM payments_allocation
    WHERE account_id = NEW.account_id AND invoice_id = NEW.invoice_id)
THEN {refusal("within_invoice", "an invoice is never settled beyond its total")} END IF;
IF source.total < NEW.amount + (SELECT coalesce(sum(amount), 0) FROM payments_allocation
    WHERE account_id = NEW.account_id
        AND (payment_id = NEW.payment_id OR credit_note_id = NEW.credit_note_id))
THEN {refusal("within_source", "a payment or credit note never settles more than it has left")} END IF;
RETURN NEW;
"""
_OF_ATTEMPT = f"""
IF EXISTS (
    SELECT FROM payments_attempt WHERE account_id = NEW.account_id AND id = NEW.attempt_id
        AND amount_minor < NEW.amount_minor
) THEN {refusal("within_attempt", "no more is paid or refunded than was attempted")} END IF;
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
WITHIN_ATTEMPT = pgtrigger.Trigger(
    name="within_attempt", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_OF_ATTEMPT
)
