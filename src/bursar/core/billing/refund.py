"""Refunds: the amount of a payment that can go back, the money that covers it, and the undoing of a booking."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from bursar.core.billing.booking import AmountNotPositive, Source
from bursar.core.billing.payment import OpenAmount, ProposedAllocation, propose_allocations
from bursar.core.messages.problem import Conflict, Invalid
from bursar.core.money.money import Money

RefundReason = Literal["goodwill", "duplicate", "service_failure", "fraud", "other", "late"]
GIVEN_REASONS: Final[tuple[RefundReason, ...]] = ("goodwill", "duplicate", "service_failure", "fraud", "other")
"""The reasons that staff give for a refund. `late` is the system's: money that came too late goes back by itself."""
RefundState = Literal["open", "succeeded", "failed"]
RefundAnswer = Literal["succeeded", "declined", "pending"]
"""The answers of a gateway to a refund."""


class UnknownRefundReason(Invalid):
    """There is no reason {found} for a refund. The reasons are: {known}."""

    code = "unknown_refund_reason"


class RefundTooHigh(Conflict):
    """Of this payment {left} was not paid back yet; pay back that much at most."""

    code = "refund_too_high"


class MoneyInUse(Conflict):
    """Of this payment and of the account's credit {unused} pays for no invoice; pay back that much at most."""

    code = "money_in_use"


class PaymentUndone(Conflict):
    """The booking of this payment was undone, so there is nothing of it; book the payment again where it belongs."""

    code = "payment_undone"


class CameThroughGateway(Conflict):
    """A payment that came through a payment gateway was not booked by mistake, and can only be paid back."""

    code = "through_gateway"


class AlreadyRefunded(Conflict):
    """Money of this payment was paid back, so that its booking stays."""

    code = "paid_back"


@dataclass(frozen=True, slots=True)
class RefundablePayment:
    """A payment as refunds see it: `refunded` went back or is on its way back; `unused` pays for no invoice.

    Unit: minor units of its currency.
    """

    id: UUID
    source: Source
    amount: Money
    refunded: int = 0
    unused: int = 0
    undone: bool = False

    @property
    def refundable(self) -> int:
        """The amount that was not paid back. Unit: minor units."""
        return self.amount.amount_minor - self.refunded


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund to make. `reference` is that of the bank transfer if no gateway moves the money."""

    id: UUID
    reason: RefundReason
    reference: str = ""
    note: str = ""


def read_reason(value: object) -> RefundReason:
    """Return the reason that staff gave for a refund. Errors: UnknownRefundReason."""
    for reason in GIVEN_REASONS:
        if value == reason:
            return reason
    raise UnknownRefundReason(found=repr(value)[:60], known=", ".join(GIVEN_REASONS))


def cover_refund(
    payment: RefundablePayment, refund_id: UUID, amount_minor: int, credits: Iterable[OpenAmount]
) -> tuple[ProposedAllocation, ...]:
    """Return the allocations that cover a refund: first unused money of its payment, then the account's other credit.

    Money that pays for an invoice stays there, so that a refund never opens an invoice again.
    Errors: AmountNotPositive, PaymentUndone, RefundTooHigh, MoneyInUse.
    """
    # An undone payment has nothing to refund either, but the person must read why, and book it again.
    if amount_minor <= 0:
        raise AmountNotPositive()
    if payment.undone:
        raise PaymentUndone()
    currency = payment.amount.currency
    if amount_minor > payment.refundable:
        raise RefundTooHigh(left=Money(payment.refundable, currency))
    # After a downgrade the payment is used up by its invoice, and the money to give back is in the credit note.
    sources = (OpenAmount(payment.id, payment.unused), *credits)
    unused = sum(source.open_minor for source in sources)
    if amount_minor > unused:
        # At most the payment itself: the account's credit may be larger, but a refund never exceeds its payment.
        raise MoneyInUse(unused=Money(min(unused, payment.refundable), currency))
    return propose_allocations(sources, [OpenAmount(refund_id, amount_minor)])


def check_undo(payment: RefundablePayment) -> None:
    """Check that a booking can be undone. Errors: PaymentUndone, CameThroughGateway, AlreadyRefunded."""
    if payment.undone:
        raise PaymentUndone()
    if payment.source == "attempt":
        raise CameThroughGateway()
    # Undone, the payment would be money that never came, and the refund would have been paid out of nothing.
    if payment.refunded:
        raise AlreadyRefunded()
