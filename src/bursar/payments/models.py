"""Payment methods, attempts, payments, refunds and allocations."""

from django.db import models
from django.db.models import Q

from bursar.columns.codes import ACTOR_KINDS, CodeField, actor_is_named
from bursar.columns.guard import FROZEN, frozen_but
from bursar.columns.ids import uuid7
from bursar.columns.money import AmountField, CurrencyField
from bursar.columns.reference import SameAccount
from bursar.columns.row import AccountRow
from bursar.core.billing.booking import SOURCES
from bursar.core.billing.refund import GIVEN_REASONS
from bursar.payments.guards import (
    ALLOCATION_COVERS,
    ALLOCATION_WITHIN,
    PAYMENT_BOOKED,
    PAYMENT_REVERSED,
    REFUND_COVERED,
    REFUND_OVER,
    REFUND_WITHIN,
    SANDBOX_ONLY,
    SANDBOX_PAID_ONLY,
    WITHIN_ATTEMPT,
)


def _sign(name: str, field: str) -> models.CheckConstraint:
    """Return the check that a reversal has its amount below zero and any other row above."""
    above, below = (Q(**{f"{field}__{lookup}": 0}) for lookup in ("gt", "lt"))
    return models.CheckConstraint(condition=(Q(reverses=None) & above) | (Q(reverses__isnull=False) & below), name=name)


class Method(AccountRow):
    """The payment method of an account from `recorded_at` on; the last row is in force."""

    kind = CodeField(("invoice", "card", "debit"))
    # The gateway and its token, which mean nothing without one another. No card number is ever kept.
    gateway = models.TextField(blank=True, default="")
    token = models.TextField(blank=True, default="")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind="invoice", gateway="", token="")
                | (~Q(kind="invoice") & ~Q(gateway="") & ~Q(token="")),
                name="payments_method_token",
            ),
        )
        triggers = (*FROZEN, SANDBOX_ONLY)


class Attempt(AccountRow):
    """A try to move money, for a quote before its acceptance or for an open invoice."""

    quote = models.ForeignKey(
        "subscriptions.Quote", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    invoice = models.ForeignKey(
        "invoices.Invoice", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    amount_minor = AmountField()
    currency = CurrencyField()
    # As they were when the attempt began: the account may have another method before the gateway answers.
    method_kind = CodeField(("card", "debit"))
    gateway = models.TextField()
    token = models.TextField()
    state = CodeField(("open", "succeeded", "failed", "cancelled", "refunded"))
    reason = models.TextField(blank=True, default="")
    address = models.TextField(blank=True, default="")
    expires_at = models.DateTimeField()
    on = models.DateField()
    actor_kind = CodeField(ACTOR_KINDS)
    actor_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("expires_at",), condition=Q(state="open"), name="payments_attempt_open"),)
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("quote"),
            SameAccount("invoice"),
            # While one is open nothing else is decided about the account, because its payer was shown what is owed.
            models.UniqueConstraint(fields=("account",), condition=Q(state="open"), name="payments_attempt_one_open"),
            models.CheckConstraint(
                condition=Q(quote=None, invoice__isnull=False) | Q(quote__isnull=False, invoice=None),
                name="payments_attempt_for_one",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_attempt_amount"),
            models.CheckConstraint(condition=~Q(gateway=""), name="payments_attempt_gateway"),
            models.CheckConstraint(
                condition=Q(state="open", finished_at=None) | (~Q(state="open") & Q(finished_at__isnull=False)),
                name="payments_attempt_finished",
            ),
            actor_is_named("payments_attempt"),
        )
        triggers = (*frozen_but("state", "reason", "address", "expires_at", "finished_at"), SANDBOX_ONLY)


class BankEntry(models.Model):
    """An entry of the bank's statement that brought the seller money, under the bank's own number.

    It belongs to the seller and to no account, because its amount may be booked only once among all accounts.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller = models.ForeignKey("accounts.Seller", on_delete=models.PROTECT, related_name="+")
    # Sandbox accounts may book the same numbers for practice, without using up an entry of the real statement.
    mode = CodeField(("live", "sandbox"))
    entry = models.TextField()
    value_on = models.DateField()
    amount_minor = AmountField()
    currency = CurrencyField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("seller", "mode", "entry"), name="payments_bankentry_once"),
            models.CheckConstraint(condition=~Q(entry=""), name="payments_bankentry_entry"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_bankentry_amount"),
        )
        triggers = FROZEN


class Payment(AccountRow):
    """Money that came in. A payment that `reverses` another undoes its booking, with its amount below zero."""

    source = CodeField(SOURCES)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")
    bank_entry = models.ForeignKey(BankEntry, on_delete=models.PROTECT, null=True, related_name="+")
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")
    amount_minor = AmountField()
    currency = CurrencyField()
    reference = models.TextField(blank=True, default="")
    remark = models.ForeignKey(
        "accounts.Remark", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            *map(SameAccount, ("attempt", "reverses", "remark")),
            # Without reversals, which repeat the attempt.
            models.UniqueConstraint(
                fields=("account", "attempt"), condition=Q(reverses=None), name="payments_payment_once"
            ),
            models.UniqueConstraint(fields=("account", "reverses"), name="payments_payment_undone_once"),
            models.CheckConstraint(
                condition=Q(source="attempt", attempt__isnull=False, bank_entry=None)
                | Q(source="bank", attempt=None, bank_entry__isnull=False)
                | Q(source="staff", attempt=None, bank_entry=None),
                name="payments_payment_source",
            ),
            _sign("payments_payment_amount", "amount_minor"),
        )
        triggers = (*FROZEN, WITHIN_ATTEMPT, SANDBOX_PAID_ONLY, PAYMENT_BOOKED, PAYMENT_REVERSED)


class Refund(AccountRow):
    """Money of a payment that goes back; it is `open` until the gateway has answered."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    amount_minor = AmountField()
    # Nobody gives the reason `late`: Bursar refunds money that came after its quote or invoice needed it.
    reason = CodeField((*GIVEN_REASONS, "late"))
    reference = models.TextField(blank=True, default="")
    remark = models.ForeignKey(
        "accounts.Remark", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    state = CodeField(("open", "succeeded", "failed"))
    failure = models.TextField(blank=True, default="")
    on = models.DateField()
    recorded_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("recorded_at",), condition=Q(state="open"), name="payments_refund_open"),)
        constraints = (
            *AccountRow.Meta.constraints,
            *map(SameAccount, ("payment", "remark")),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_refund_amount"),
            models.CheckConstraint(
                condition=Q(state="open", finished_at=None) | (~Q(state="open") & Q(finished_at__isnull=False)),
                name="payments_refund_finished",
            ),
        )
        triggers = (*frozen_but("state", "failure", "finished_at"), REFUND_OVER, REFUND_WITHIN, REFUND_COVERED)


class Allocation(AccountRow):
    """An amount of a payment or credit note that pays for an invoice or a refund, within the open amount of both.

    An allocation that `reverses` another undoes it: the same, with its amount below zero.
    """

    invoice = models.ForeignKey(
        "invoices.Invoice", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")
    credit_note = models.ForeignKey(
        "invoices.Invoice", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")
    amount = AmountField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            *map(SameAccount, ("invoice", "refund", "payment", "credit_note", "reverses")),
            models.CheckConstraint(
                condition=Q(payment=None, credit_note__isnull=False) | Q(payment__isnull=False, credit_note=None),
                name="payments_allocation_one_source",
            ),
            models.CheckConstraint(
                condition=Q(invoice=None, refund__isnull=False) | Q(invoice__isnull=False, refund=None),
                name="payments_allocation_one_target",
            ),
            models.UniqueConstraint(fields=("account", "reverses"), name="payments_allocation_undone_once"),
            _sign("payments_allocation_amount", "amount"),
        )
        triggers = (*FROZEN, ALLOCATION_WITHIN, ALLOCATION_COVERS)
