"""Paying money back: staff decide it, the gateway of the payment does it, and what is in doubt is asked again."""

from datetime import datetime
from uuid import UUID

from bursar.accounts.locked_account import locked_account, permit
from bursar.checkout.checks import check_no_payment_open
from bursar.checkout.consequences import follow
from bursar.columns.ids import uuid7
from bursar.core.billing.booking import PaymentCurrency, check_reference
from bursar.core.billing.refund import NewRefund, RefundReason, RefundState, cover_refund
from bursar.core.money.money import Money
from bursar.core.policy.policy import SYSTEM, Actor
from bursar.gateways.registry import gateway
from bursar.history.actions import store_response
from bursar.history.queries import IdempotencyKey
from bursar.payments import queries, received, refunds
from bursar.payments.received import RefundRow
from bursar.policy import queries as policy


def refund(
    account_id: UUID,
    payment_id: UUID,
    amount: Money,
    *,
    reason: RefundReason,
    reference: str = "",
    note: str = "",
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> UUID:
    """Refund an amount of a payment; return the refund.

    Errors: NotFound, Refused, PaymentOpen, AmountNotPositive, PaymentCurrency, BadReference, PaymentUndone,
    RefundTooHigh, MoneyInUse.
    """
    with locked_account(account_id, actor, now) as customer:
        permit(policy.current(), customer, actor, "refund_payments", now)
        payment, new = received.payment(account_id, payment_id), NewRefund(uuid7(), reason, reference, note)
        if amount.currency != payment.currency:
            raise PaymentCurrency(currency=payment.currency)
        check_reference(reference)
        # An open payment was reduced by the credit that the account has, so that must not be refunded meanwhile.
        check_no_payment_open(customer, queries.open_attempt_expires_at(account_id))
        covered = cover_refund(
            payment.as_refundable, new.id, amount.amount_minor, queries.unsettled([account_id])[account_id].notes
        )
        refunds.begin(account_id, payment, new, covered, actor=actor, on=customer.today(now), now=now)
        follow(account_id, now)
        store_response(idempotency_key, kind="refund", id=new.id, status=201, now=now)
    finish_refund(received.refund(account_id, new.id), now=now)
    return new.id


def finish_refund(refund: RefundRow, *, now: datetime) -> RefundState:
    """Ask the gateway to return the money of a refund, and book the result; repeating it is safe."""
    if refund.state != "open":
        return refund.state
    amount = Money(refund.amount_minor, refund.currency)
    result = gateway(refund.gateway).refund(str(refund.id), str(refund.charge), amount)
    with locked_account(refund.account_id, SYSTEM, now) as customer:
        # Read again under the lock: another worker may have finished it.
        current = received.refund(refund.account_id, refund.id)
        if current.state == "open" and result.answer == "succeeded":
            refunds.succeed(current, now=now)
        elif current.state == "open" and result.answer == "declined":
            refunds.fail(current, customer, failure=result.reason, now=now)
        return received.refund(refund.account_id, refund.id).state
