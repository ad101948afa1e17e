"""Book money that came without a gateway, and undo a booking."""

from datetime import datetime
from typing import Final
from uuid import UUID

from bursar.accounts.models import Remark
from bursar.accounts.queries import Customer
from bursar.columns.ids import uuid7
from bursar.core.billing.allocation import in_force, reversal
from bursar.core.billing.booking import Booking, check_entry
from bursar.core.events.payment import PaymentReceived, PaymentUndone
from bursar.core.policy.policy import Actor
from bursar.history.actions import record
from bursar.invoices import queries as invoices
from bursar.payments import models
from bursar.payments.actions import allocate
from bursar.payments.received import PaymentRow, allocations, bank_entry

_SOURCE_AND_TARGET: Final = ("invoice_id", "refund_id", "payment_id", "credit_note_id")
"""The columns of an allocation that its reversal repeats."""


def book(customer: Customer, booking: Booking, *, note: str, actor: Actor, now: datetime) -> UUID:
    """Book a payment, under the lock, and allocate it to open invoices; return its id.

    Errors: EntryBooked, MoreThanEntry.
    """
    payment = models.Payment.objects.create(
        account_id=customer.id,
        source=booking.source,
        bank_entry_id=_locked_entry(customer, booking, now) if booking.entry else None,
        amount_minor=booking.amount.amount_minor,
        currency=booking.amount.currency,
        reference=booking.reference,
        remark=save_note(customer.id, note),
        on=booking.on,
        recorded_at=now,
    )
    allocated = allocate(customer.id, now=now, first=booking.invoices)
    settled = list(dict.fromkeys(allocation.invoice for allocation in allocated))
    event = PaymentReceived(
        payment=payment.id,
        amount_minor=booking.amount.amount_minor,
        currency=booking.amount.currency,
        invoice=settled[0] if settled else None,
        # Where a payment settles several invoices, the number of the first would look like the whole truth.
        number=invoices.document(customer.id, settled[0]).number if len(settled) == 1 else None,
    )
    record(account_id=customer.id, events=[event], actor=actor, on=customer.today(now), now=now)
    return payment.id


def undo(customer: Customer, payment: PaymentRow, *, actor: Actor, now: datetime) -> None:
    """Undo a payment by a row that reverses it, under the lock; its invoices are open again."""
    # First, so that at the commit the payment that is undone pays for nothing any more.
    reverse_allocations(customer.id, payment.id, now=now)
    models.Payment.objects.create(
        account_id=customer.id,
        source=payment.source,
        attempt_id=payment.attempt_id,
        # The reversal names the bank entry too: the amounts booked of an entry are summed, and this frees its own.
        bank_entry_id=models.Payment.objects.values_list("bank_entry", flat=True).get(pk=payment.id),
        reverses_id=payment.id,
        amount_minor=-payment.amount_minor,
        currency=payment.currency,
        on=customer.today(now),
        recorded_at=now,
    )
    event = PaymentUndone(payment=payment.id, amount_minor=payment.amount_minor, currency=payment.currency)
    record(account_id=customer.id, events=[event], actor=actor, on=customer.today(now), now=now)


def reverse_allocations(account_id: UUID, payment_or_refund: UUID, *, now: datetime) -> None:
    """Reverse each allocation of a payment or to a refund."""
    reversals = {
        allocation.id: reversal(allocation, uuid7())
        for allocation in in_force(allocations(account_id, [payment_or_refund], [payment_or_refund]))
    }
    rows = models.Allocation.objects.filter(account_id=account_id, pk__in=reversals).order_by("id")
    models.Allocation.objects.bulk_create(
        models.Allocation(
            id=reversals[row.id].id,
            account_id=account_id,
            reverses_id=row.id,
            amount=reversals[row.id].amount,
            recorded_at=now,
            **{name: getattr(row, name) for name in _SOURCE_AND_TARGET},
        )
        for row in rows
    )


def save_note(account_id: UUID, text: str) -> Remark | None:
    """Save the note of staff, if there is one, as a remark, which can be erased while the payment stays."""
    return Remark.objects.create(account_id=account_id, text=text) if text else None


def _locked_entry(customer: Customer, booking: Booking, now: datetime) -> UUID:
    """Lock the entry of the bank's statement, adding it with the booked amount if it is new; return its id.

    Errors: EntryBooked, MoreThanEntry.
    """
    key = {"seller_id": customer.seller_id, "mode": "sandbox" if customer.sandbox else "live", "entry": booking.entry}
    money = {"amount_minor": booking.amount.amount_minor, "currency": booking.amount.currency}
    new = models.BankEntry(value_on=booking.on, recorded_at=now, **key, **money)
    models.BankEntry.objects.bulk_create([new], ignore_conflicts=True)
    # A second booking of the same entry, for any account, waits here, and then sees what the first one booked of it.
    entry_id = models.BankEntry.objects.select_for_update().get(**key).pk
    check_entry(bank_entry(entry_id), booking)
    return entry_id
