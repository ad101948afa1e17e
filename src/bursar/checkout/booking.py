"""Booking money that came without a gateway, as staff do it, and undoing what was booked by mistake."""

from datetime import datetime
from uuid import UUID

from bursar.accounts.locked_account import locked_account, permit
from bursar.checkout.consequences import follow
from bursar.core.billing.booking import Booking, check_booking
from bursar.core.billing.payment import NothingToPay
from bursar.core.billing.refund import check_undo
from bursar.core.policy.policy import Actor
from bursar.history.actions import store_response
from bursar.history.queries import IdempotencyKey
from bursar.invoices import queries as invoices
from bursar.payments import booking as payments
from bursar.payments import received
from bursar.payments.actions import allocate
from bursar.policy import queries as policy


def record_payment(
    account_id: UUID,
    booking: Booking,
    *,
    note: str = "",
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> UUID:
    """Book money that came in, and allocate it to open invoices; return the payment.

    Errors: NotFound, Refused, AmountNotPositive, PaymentCurrency, ReceivedInFuture, BadReference, NothingToPay,
    EntryBooked, MoreThanEntry.
    """
    with locked_account(account_id, actor, now) as customer:
        permit(policy.current(), customer, actor, "record_payments", now)
        check_booking(booking, customer.account.currency, customer.today(now))
        for invoice_id in booking.invoices:
            document = invoices.document(account_id, invoice_id)
            if document.kind != "invoice":
                raise NothingToPay(number=document.number)
        payment_id = payments.book(customer, booking, note=note, actor=actor, now=now)
        follow(account_id, now)
        store_response(idempotency_key, kind="payment", id=payment_id, status=201, now=now)
    return payment_id


def undo_payment(
    account_id: UUID, payment_id: UUID, *, actor: Actor, now: datetime, idempotency_key: IdempotencyKey | None = None
) -> None:
    """Undo a payment that was booked by mistake; the invoices that it paid for are open again.

    Errors: NotFound, Refused, PaymentUndone, CameThroughGateway, AlreadyRefunded.
    """
    with locked_account(account_id, actor, now) as customer:
        permit(policy.current(), customer, actor, "record_payments", now)
        payment = received.payment(account_id, payment_id)
        check_undo(payment.as_refundable)
        payments.undo(customer, payment, actor=actor, now=now)
        # Other unallocated money of the account may pay for the invoices that are open now.
        allocate(customer.id, now=now)
        follow(account_id, now)
        store_response(idempotency_key, kind="payment", id=payment_id, status=200, now=now)
