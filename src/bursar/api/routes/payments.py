"""Routes about payments and refunds: list, book, undo a booking, refund."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from bursar import checkout
from bursar.api.call import answer_once, open_call, require_vendor
from bursar.api.present import values as present
from bursar.api.present.replies import Reply, reply
from bursar.api.schema import payments as payment_schemas
from bursar.api.schema.bodies import PageSize
from bursar.api.schema.documented import documented_as
from bursar.core.billing.booking import Booking
from bursar.core.billing.refund import read_reason
from bursar.core.money.money import Money
from bursar.history.queries import Answer, IdempotencyKey
from bursar.payments import received

router = Router(tags=["billing"])


@router.get("/accounts/{uuid:account_id}/payments", response=documented_as(payment_schemas.Payments))
def list_payments(request: HttpRequest, account_id: UUID, before: UUID | None = None, limit: PageSize = 50) -> Any:
    """List payments, the newest first."""
    call = open_call(request, account_id)
    call.permit("view_invoices")
    rows = received.payments(account_id, before=before, limit=limit + 1)
    payments_by_id = {payment["id"]: payment for payment in present.payments(call, rows)}
    return present.page(rows, limit, lambda row: payments_by_id[str(row.id)], lambda row: row.id)


@router.get("/accounts/{uuid:account_id}/payments/{uuid:payment_id}", response=documented_as(payment_schemas.Payment))
def get_payment(request: HttpRequest, account_id: UUID, payment_id: UUID) -> Any:
    """Return a payment, with its invoices and refunds."""
    call = open_call(request, account_id)
    call.permit("view_invoices")
    return present.payment(call, payment_id)


@router.post("/accounts/{uuid:account_id}/payments", response={201: documented_as(payment_schemas.Payment)})
def record_payment(request: HttpRequest, account_id: UUID, body: payment_schemas.NewPayment) -> Reply:
    """Book money that came without a gateway, and allocate it to open invoices."""
    # Whoever could book a payment for their own account could say that it has paid.
    require_vendor(request)
    call = open_call(request, account_id)
    booking = Booking(
        amount=Money(body.amount.amount_minor, body.amount.currency),
        on=body.received_on or call.today,
        reference=body.reference,
        entry=body.entry,
        invoices=tuple(body.invoices or ()),
    )

    def act(key: IdempotencyKey | None) -> Answer:
        booked_id = checkout.record_payment(
            account_id, booking, note=body.note, actor=call.actor, now=call.now, idempotency_key=key
        )
        return Answer("payment", str(booked_id), 201)

    return reply(call, answer_once(request, act))


@router.post(
    "/accounts/{uuid:account_id}/payments/{uuid:payment_id}/undo", response=documented_as(payment_schemas.Payment)
)
def undo_payment(request: HttpRequest, account_id: UUID, payment_id: UUID) -> Reply:
    """Undo a payment that was booked by mistake; its invoices are open again."""
    require_vendor(request)
    call = open_call(request, account_id)

    def act(key: IdempotencyKey | None) -> Answer:
        checkout.undo_payment(account_id, payment_id, actor=call.actor, now=call.now, idempotency_key=key)
        return Answer("payment", str(payment_id), 200)

    return reply(call, answer_once(request, act))


@router.post(
    "/accounts/{uuid:account_id}/payments/{uuid:payment_id}/refunds",
    response={201: documented_as(payment_schemas.Refund)},
)
def refund_payment(request: HttpRequest, account_id: UUID, payment_id: UUID, body: payment_schemas.NewRefund) -> Reply:
    """Refund a payment, in whole or part; a bank transfer must already have been made."""
    require_vendor(request)
    call = open_call(request, account_id)
    amount, reason = Money(body.amount.amount_minor, body.amount.currency), read_reason(body.reason)

    def act(key: IdempotencyKey | None) -> Answer:
        texts = {"reference": body.reference, "note": body.note}
        refund_id = checkout.refund(
            account_id, payment_id, amount, reason=reason, **texts, actor=call.actor, now=call.now, idempotency_key=key
        )
        return Answer("refund", str(refund_id), 201)

    return reply(call, answer_once(request, act))
