"""How accounts pay, what was tried, what came in, and which invoices it settled."""

from django.db import models
from django.db.models import Q

from bursar.columns.codes import ACTOR_KINDS, CodeField, actor_is_named
from bursar.columns.guard import FROZEN, frozen_but
from bursar.columns.money import AmountField, CurrencyField
from bursar.columns.reference import SameAccount
from bursar.columns.row import AccountRow
from bursar.payments.guards import ALLOCATION_WITHIN, SANDBOX_ONLY, SANDBOX_PAID_ONLY, WITHIN_ATTEMPT


class Method(AccountRow):
    """How an account pays from then on; the last row is in force."""

    kind = CodeField(("invoice", "card", "debit"))
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
    """A try to move money, for a quote before it is taken or for an invoice that is open."""

    quote = models.ForeignKey(
        "subscriptions.Quote", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    invoice = models.ForeignKey(
        "invoices.Invoice", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    amount_minor = AmountField()
    currency = CurrencyField()
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


class Payment(AccountRow):
    """Money that came in."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    amount_minor = AmountField()
    currency = CurrencyField()
    on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("attempt"),
            models.UniqueConstraint(fields=("account", "attempt"), name="payments_payment_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_payment_amount"),
        )
        triggers = (*FROZEN, WITHIN_ATTEMPT, SANDBOX_PAID_ONLY)


class Refund(AccountRow):
    """Money that went back."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    amount_minor = AmountField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("attempt"),
            models.UniqueConstraint(fields=("account", "attempt"), name="payments_refund_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_refund_amount"),
        )
        triggers = (*FROZEN, WITHIN_ATTEMPT)


class Allocation(AccountRow):
    """So much of a payment or credit note settles an invoice; never beyond what either has left."""

    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")
    credit_note = models.ForeignKey(
        "invoices.Invoice", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    amount = AmountField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("invoice"),
            SameAccount("payment"),
            SameAccount("credit_note"),
            models.CheckConstraint(
                condition=Q(payment=None, credit_note__isnull=False) | Q(payment__isnull=False, credit_note=None),
                name="payments_allocation_one_source",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_allocation_amount"),
        )
        triggers = (*FROZEN, ALLOCATION_WITHIN)
