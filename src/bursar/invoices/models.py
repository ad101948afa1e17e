"""Invoices and credit notes, their numbers and lines, coverage, and billing schedules."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from bursar.columns.codes import CodeField
from bursar.columns.guard import FROZEN, frozen_but
from bursar.columns.ids import uuid7
from bursar.columns.money import AmountField, CurrencyField, RateField
from bursar.columns.period import SpanField
from bursar.columns.reference import SameAccount
from bursar.columns.row import AccountRow
from bursar.invoices.guards import (
    COVERAGE_RECURRING,
    INVOICE_COMPLETE,
    INVOICE_FROZEN,
    INVOICE_IN_SERIES,
    LINE_IN_TIME,
    SERIES_FORWARD,
    SERIES_USED,
)

KINDS = ("invoice", "credit_note")


class Series(models.Model):
    """A run of numbers without gaps. Numbers are allotted by moving `next`, as the last thing of a transaction."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller = models.ForeignKey("accounts.Seller", on_delete=models.PROTECT, related_name="+")
    mode = CodeField(("live", "sandbox"))
    kind = CodeField(KINDS)
    prefix = models.TextField()
    next = models.IntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("seller", "mode", "kind"), name="invoices_series_one"),
            models.UniqueConstraint(fields=("seller", "prefix"), name="invoices_series_prefix"),
            models.CheckConstraint(condition=Q(next__gte=1), name="invoices_series_next"),
        )
        triggers = (*frozen_but("next"), SERIES_FORWARD, SERIES_USED)


class Invoice(AccountRow):
    """An invoice, or a credit note if its total is below zero. `snapshot` is its own copy of seller and buyer."""

    kind = CodeField(KINDS)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField(null=True)
    currency = CurrencyField()
    on = models.DateField()
    issued_on = models.DateField()
    due_on = models.DateField()
    net = AmountField()
    tax = AmountField()
    total = AmountField()
    snapshot = models.JSONField()
    order = models.ForeignKey(
        "subscriptions.Order", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("order"),
            # The register of numbers is the one thing that spans accounts.
            models.UniqueConstraint(fields=("series", "number"), name="invoices_invoice_number"),
            models.CheckConstraint(condition=Q(number=None) | Q(number__gte=1), name="invoices_invoice_number_counts"),
            models.CheckConstraint(condition=Q(total=F("net") + F("tax")), name="invoices_invoice_total"),
            models.CheckConstraint(
                condition=Q(kind="invoice", total__gte=0) | Q(kind="credit_note", total__lt=0),
                name="invoices_invoice_sign",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="invoices_invoice_due_after"),
        )
        triggers = (*INVOICE_FROZEN, INVOICE_COMPLETE, INVOICE_IN_SERIES)


_NOT_ABOVE_ZERO = Q(gross__lte=0, discount__lte=0, amount__lte=0, tax__lte=0)
_NOT_BELOW_ZERO = Q(gross__gte=0, discount__gte=0, amount__gte=0, tax__gte=0, period_gross__gte=0, period_net__gte=0)


class Line(AccountRow):
    """A charge or credit for an item over a span of days, with all that is needed to show it and to credit it exactly.

    `description` is a text by language, in the words of the catalog version that sold the item.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    position = models.IntegerField()
    kind = CodeField(("charge", "credit"))
    charge_type = CodeField(("recurring", "one_off", "usage"), default="recurring")
    product = models.TextField()
    plan = models.TextField()
    description = models.JSONField()
    per = CodeField(("seat", "unit", "account"))
    quantity = models.IntegerField()
    unit_price = RateField()
    span = SpanField()
    period = SpanField()
    rule = CodeField(("by_day", "fixed_30", "none"))
    gross = AmountField()
    discount = AmountField(default=0)
    amount = AmountField()
    tax_rate = RateField()
    tax = AmountField()
    period_gross = AmountField()
    period_net = AmountField()
    credits = models.ForeignKey("self", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("invoice"),
            SameAccount("credits"),
            models.UniqueConstraint(fields=("account", "invoice", "position"), name="invoices_line_position"),
            models.CheckConstraint(condition=Q(position__gte=1), name="invoices_line_position_counts"),
            models.CheckConstraint(condition=Q(description__has_key="en"), name="invoices_line_described"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="invoices_line_quantity"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="invoices_line_unit_price"),
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lte=1), name="invoices_line_tax_rate"),
            models.CheckConstraint(condition=Q(span__contained_by=F("period")), name="invoices_line_span_in_period"),
            models.CheckConstraint(condition=Q(amount=F("gross") - F("discount")), name="invoices_line_amount"),
            models.CheckConstraint(
                condition=(Q(kind="charge", credits=None) & _NOT_BELOW_ZERO)
                | (Q(kind="credit", credits__isnull=False) & _NOT_ABOVE_ZERO),
                name="invoices_line_sign",
            ),
            ExclusionConstraint(
                name="invoices_line_credited_once",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("credits", RangeOperators.EQUAL),
                    ("span", RangeOperators.OVERLAPS),
                ],
                condition=Q(credits__isnull=False),
            ),
        )
        triggers = (*FROZEN, LINE_IN_TIME)


class Coverage(AccountRow):
    """The recurring line that pays for these days of an item now: a credit cuts the days that it gives back."""

    item = models.TextField()
    span = SpanField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, db_constraint=False, related_name="+")

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("line"),
            ExclusionConstraint(
                name="invoices_coverage_once",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("item", RangeOperators.EQUAL),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
        )
        triggers = (COVERAGE_RECURRING,)


class BillingSchedule(models.Model):
    """The days until which an account is billed and on trial, and the moment at which something falls due next.

    `announced_until` is the end of a billing period or trial of which people were told ahead, or need not be told.
    """

    account = models.OneToOneField("accounts.Account", on_delete=models.PROTECT, primary_key=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    billed_until = models.DateField(null=True, db_index=True)
    trial_until = models.DateField(null=True, db_index=True)
    announced_until = models.DateField(null=True)

    class Meta:
        # On the first of a month many are due at the same moment: the bill run goes on after the last account it had.
        indexes = (models.Index(fields=("due_at", "account"), name="invoices_schedule_due"),)
