"""Events of payment: payment methods, payments, refunds and invoice details."""

from dataclasses import dataclass, field
from uuid import UUID

from bursar.core.events.event import Audience, Event, added_in
from bursar.core.events.subscription import Invoiced
from bursar.core.messages.problem import phrase
from bursar.core.money.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSet(Event):
    """The payment method of the account was changed."""

    kind = "method_set"
    group = "payment"
    told_to = Audience.NOBODY

    before: str
    """The kind of payment method until now: invoice, card or debit."""
    after: str
    """The kind from now on; the same where one card or mandate replaces another."""
    reason: str | None = None
    """Why an upgrade of Bursar changed it: sandbox_gateway; otherwise left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived(Invoiced):
    """Money came in."""

    kind = "payment_received"
    group = "payment"
    told_to = Audience.INVOICE_VIEWERS_IF_INVOICED
    optional = "payments"

    invoice: UUID | None = None
    """The invoice that it was made for; left out where a quote was paid, whose acceptance names its invoice."""
    number: str | None = None
    """The number of that invoice."""
    payment: UUID
    """The payment."""
    amount_minor: int | None
    """The amount, in minor units; null for a reader who sees no invoices."""
    currency: str
    """The currency's code."""

    @property
    def amount(self) -> Money | None:
        """The amount that came in, or None where the reader may not know it."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFailed(Invoiced):
    """An attempt to collect money failed or was given up."""

    kind = "payment_failed"
    group = "payment"
    told_to = Audience.INVOICE_VIEWERS_IF_INVOICED

    invoice: UUID | None = None
    """The invoice that was to be paid; left out where it was a quote."""
    number: str | None = None
    """The number of that invoice."""
    attempt: UUID
    """The attempt."""
    state: str
    """The end of the attempt: failed or cancelled."""
    reason: str
    """Why, in the gateway's code or ours."""
    amount_minor: int | None = field(metadata=added_in(2))
    """The amount that was to be paid, in minor units; null for a reader who sees no invoices."""
    currency: str | None = field(metadata=added_in(2))
    """The currency's code."""

    @property
    def amount(self) -> Money | None:
        """The amount that was to be paid, or None where the entry does not say it."""
        if self.amount_minor is None or self.currency is None:
            return None
        return Money(self.amount_minor, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountEvent(Event):
    """An event of an amount that was refunded, failed to be refunded, or had its booking undone."""

    amount_minor: int | None
    """The amount, in minor units; null for a reader who sees no invoices."""
    currency: str
    """The currency's code."""

    @property
    def amount(self) -> Money | None:
        """The amount with its currency, or None where the reader may not know it."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentUndone(AmountEvent):
    """The booking of a payment was undone; the invoices that it paid are open again."""

    kind = "payment_undone"
    group = "payment"
    told_to = Audience.NOBODY
    payment: UUID
    """The payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRefunded(AmountEvent):
    """Money of a payment is paid back: some or all of it."""

    kind = "payment_refunded"
    group = "payment"
    told_to = Audience.NOBODY

    attempt: UUID | None = None
    """The attempt whose money it was; left out where the payment came without a gateway."""
    payment: UUID | None = field(metadata=added_in(2))
    """The payment."""
    refund: UUID | None = field(metadata=added_in(2))
    """The refund."""
    reason: str | None = field(metadata=added_in(2))
    """Why: goodwill, duplicate, service_failure, fraud or other; late for money that came too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed(AmountEvent):
    """The gateway did not pay the money of a refund back; it is credit of the account again."""

    kind = "refund_failed"
    group = "payment"
    told_to = Audience.NOBODY

    payment: UUID
    """The payment."""
    refund: UUID
    """The refund."""
    reason: str
    """Why, in the gateway's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsSet(Event):
    """The invoice details of the customer were changed, for future invoices."""

    kind = "details_set"
    group = "payment"
    told_to = Audience.NOBODY
    sentence = phrase("The invoice details were changed.")

    fields: tuple[str, ...]
    """The fields that were given, by their names in the API."""
