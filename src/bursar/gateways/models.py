"""The charges and refunds that the sandbox gateway remembers."""

from django.db import models

from bursar.columns.codes import CodeField
from bursar.columns.money import AmountField, CurrencyField

OUTCOMES = ("succeeded", "declined", "pending", "cancelled", "refunded")


class SandboxCharge(models.Model):
    """A charge under its idempotency key, as a real gateway would remember it."""

    key = models.TextField(primary_key=True)
    amount_minor = AmountField()
    currency = CurrencyField()
    token = models.TextField()
    outcome = CodeField(OUTCOMES)
    reason = models.TextField(blank=True, default="")
    expires_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="gateways_sandboxcharge_amount"),
            models.CheckConstraint(
                condition=models.Q(outcome="refunded", refunded_at__isnull=False)
                | (~models.Q(outcome="refunded") & models.Q(refunded_at__isnull=True)),
                name="gateways_sandboxcharge_refunded_at",
            ),
        )


class SandboxRefund(models.Model):
    """A refund of a charge under its own key; a refund beyond what is left of the charge is remembered as declined."""

    key = models.TextField(primary_key=True)
    charge = models.ForeignKey(SandboxCharge, on_delete=models.PROTECT, related_name="+")
    amount_minor = AmountField()
    outcome = CodeField(("succeeded", "declined"))
    reason = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="gateways_sandboxrefund_amount"),
        )
