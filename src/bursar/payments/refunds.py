"""Open refunds, and write their results."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from bursar.accounts.queries import Customer
from bursar.columns.ids import uuid7
from bursar.core.billing.payment import ProposedAllocation
from bursar.core.billing.refund import NewRefund
from bursar.core.events.payment import PaymentRefunded, RefundFailed
from bursar.core.policy.policy import SYSTEM, Actor
from bursar.history.actions import record
from bursar.logs import counters
from bursar.payments import models, received
from bursar.payments.actions import allocate
from bursar.payments.booking import reverse_allocations, save_note
from bursar.payments.queries import AttemptRow
from bursar.payments.received import PaymentRow, RefundRow


def begin(
    account_id: UUID,
    payment: PaymentRow,
    refund: NewRefund,
    allocations: Iterable[ProposedAllocation],
    *,
    actor: Actor,
    on: date,
    now: datetime,
) -> None:
    """Write a refund, under the lock, with the allocations that cover it.

    It is open if a gateway must return the money. Without a gateway it is done: staff paid it before they entered it.
    """
    allocations = tuple(allocations)
    amount = sum(allocation.amount for allocation in allocations)
    done = payment.attempt_id is None
    models.Refund.objects.create(
        id=refund.id,
        account_id=account_id,
        payment_id=payment.id,
        amount_minor=amount,
        reason=refund.reason,
        reference=refund.reference,
        remark=save_note(account_id, refund.note),
        state="succeeded" if done else "open",
        on=on,
        recorded_at=now,
        finished_at=now if done else None,
    )
    models.Allocation.objects.bulk_create(
        models.Allocation(
            id=uuid7(),
            account_id=account_id,
            refund_id=refund.id,
            payment_id=allocation.source if allocation.source == payment.id else None,
            credit_note_id=None if allocation.source == payment.id else allocation.source,
            amount=allocation.amount,
            recorded_at=now,
        )
        for allocation in allocations
    )
    event = PaymentRefunded(
        attempt=payment.attempt_id,
        payment=payment.id,
        refund=refund.id,
        reason=refund.reason,
        amount_minor=amount,
        currency=payment.currency,
    )
    record(account_id=account_id, events=[event], actor=actor, on=on, now=now)


def refund_late_payment(attempt: AttemptRow, *, now: datetime) -> None:
    """Book money that came too late for its quote or invoice, with the refund that returns it, under the lock."""
    # Booked although it goes straight back: the journal and the bank's statement both have two movements.
    models.Attempt.objects.filter(pk=attempt.id).update(state="refunded", finished_at=now)
    transaction.on_commit(counters.attempts.labels("refunded").inc)
    money = {"amount_minor": attempt.amount_minor, "currency": attempt.currency}
    payment = models.Payment.objects.create(
        account_id=attempt.account_id, source="attempt", attempt_id=attempt.id, on=attempt.on, recorded_at=now, **money
    )
    refund = NewRefund(uuid7(), "late")
    allocations = [ProposedAllocation(payment.id, refund.id, attempt.amount_minor)]
    row = received.payment(attempt.account_id, payment.id)
    begin(attempt.account_id, row, refund, allocations, actor=SYSTEM, on=attempt.on, now=now)


def succeed(refund: RefundRow, *, now: datetime) -> None:
    """Mark a refund as done, under the lock."""
    models.Refund.objects.filter(pk=refund.id).update(state="succeeded", finished_at=now)


def fail(refund: RefundRow, customer: Customer, *, failure: str, now: datetime) -> None:
    """Mark a refund as failed, under the lock; the money that covered it is free again and allocated anew."""
    # At the commit a failed refund must be covered by nothing, and the money pays for what is open instead.
    reverse_allocations(refund.account_id, refund.id, now=now)
    models.Refund.objects.filter(pk=refund.id).update(state="failed", failure=failure, finished_at=now)
    allocate(refund.account_id, now=now)
    event = RefundFailed(
        payment=refund.payment_id,
        refund=refund.id,
        reason=failure,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
    )
    record(account_id=refund.account_id, events=[event], actor=SYSTEM, on=customer.today(now), now=now)
