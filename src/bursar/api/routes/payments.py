"""Payments: what came in, what came of it and what went back; booking money, undoing a booking, paying money back."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from bursar import checkout
from bursar.api.call import enter, once, vendor
from bursar.api.present import values as show
from bursar.api.present.replies import Reply, reply
from bursar.api.schema import payments as paid
from bursar.api.schema.documented import shape
from bursar.core.billing.booking import Booking
from bursar.core.billing.refund import read_reason
from bursar.core.money.money import Money
from bursar.history.queries import Answer, IdempotencyKey
from bursar.payments import received

router = Router(tags=["billing"])


@router.get("/accounts/{uuid:account_id}/payments", response=shape(paid.Payments))
def list_payments(
    request: HttpRequest, account_id: UUID, before: UUID | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Any:
    """Money that came in, the newest first."""
    call = enter(request, account_id)
    call.permit("view_invoices")
    rows = received.payments(account_id, before=before, limit=limit + 1)
    shown = {payment["id"]: payment for payment in show.payments(call, rows)}
    return show.page(rows, limit, lambda row: shown[str(row.id)], lambda row: row.id)


@router.get("/accounts/{uuid:account_id}/payments/{uuid:payment_id}", response=shape(paid.Payment))
def get_payment(request: HttpRequest, account_id: UUID, payment_id: UUID) -> Any:
    """A payment, with the documents that it pays for and its refunds."""
    call = enter(request, account_id)
    call.permit("view_invoices")
    return show.payment(call, payment_id)


@router.post("/accounts/{uuid:account_id}/payments", response={201: shape(paid.Payment)})
def record_payment(request: HttpRequest, account_id: UUID, body: paid.NewPayment) -> Reply:
    """Book money that came without a gateway, and settle what is open with it."""
    vendor(request)
    call = enter(request, account_id)
    came = Booking(
        amount=Money(body.amount.amount_minor, body.amount.currency),
        on=body.received_on or call.today,
        reference=body.reference,
        entry=body.entry,
        invoices=tuple(body.invoices or ()),
    )

    def do(asked: IdempotencyKey | None) -> Answer:
        made = checkout.record_payment(
            account_id, came, note=body.note, actor=call.actor, now=call.now, idempotency_key=asked
        )
        return Answer("payment", str(made), 201)

    return reply(call, once(request, do))


@router.post("/accounts/{uuid:account_id}/payments/{uuid:payment_id}/undo", response=shape(paid.Payment))
def undo_payment(request: HttpRequest, account_id: UUID, payment_id: UUID) -> Reply:
    """Take a payment that was booked by mistake out of the books; what it paid for is open again."""
    vendor(request)
    call = enter(request, account_id)

    def do(asked: IdempotencyKey | None) -> Answer:
        checkout.undo_payment(account_id, payment_id, actor=call.actor, now=call.now, idempotency_key=asked)
        return Answer("payment", str(payment_id), 200)

    return reply(call, once(request, do))


@router.post("/accounts/{uuid:account_id}/payments/{uuid:payment_id}/refunds", response={201: shape(paid.Refund)})
def refund_payment(request: HttpRequest, account_id: UUID, payment_id: UUID, body: paid.NewRefund) -> Reply:
    """Pay money of a payment back, in whole or part; a transfer was made by whoever sends this."""
    vendor(request)
    call = enter(request, account_id)
    amount, reason = Money(body.amount.amount_minor, body.amount.currency), read_reason(body.reason)

    def do(asked: IdempotencyKey | None) -> Answer:
        said = {"reference": body.reference, "note": body.note}
        made = checkout.refund(
            account_id, payment_id, amount, reason=reason, **said, actor=call.actor, now=call.now, idempotency_key=asked
        )
        return Answer("refund", str(made), 201)

    return reply(call, once(request, do))
