"""Quotes, requests, orders and changes, which are facts, and the items that follow from them."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from bursar.columns.codes import ACTOR_KINDS, CodeField, actor_is_named
from bursar.columns.guard import FROZEN, Refuse, frozen_but
from bursar.columns.money import CurrencyField, RateField
from bursar.columns.reference import SameAccount
from bursar.columns.row import AccountRow
from bursar.core.ordering.request import CAUSE_PHRASES, CLOSED_PHRASES


class Quote(AccountRow):
    """A decided and priced list of edits. `content` is all of it, `digest` the part that must be equal at acceptance.

    It was decided by the rules for `account_type` in `policy_version`.

    The reason of a cancellation is a remark, which can be erased, and not part of the edits. A quote that was made to
    review a request names the request: accepting the quote approves it.
    """

    actor_kind = CodeField(ACTOR_KINDS)
    actor_id = models.UUIDField(null=True)
    edits = models.JSONField()
    reason = models.ForeignKey(
        "accounts.Remark", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    outcome = CodeField(("allowed", "by_request", "refused"))
    on = models.DateField()
    content = models.JSONField()
    digest = models.TextField()
    catalog_version = models.IntegerField()
    policy_version = models.IntegerField()
    account_type = models.TextField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    request = models.ForeignKey("Request", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("reason"),
            SameAccount("request"),
            actor_is_named("subscriptions_quote"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="subscriptions_quote_expires_after"
            ),
        )
        triggers = FROZEN


class Request(AccountRow):
    """A quote that waits for approval. `reason` and `answer` are texts of the requester and the reviewer.

    It is closed once, at `closed_at`. An approved request names its order, an overtaken one its cause. `looked_at` is
    the last real moment at which somebody could approve it, `reminded_at` the moment at which its reviewers were
    reminded.
    """

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    reason = models.ForeignKey(
        "accounts.Remark", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    needed_by = models.DateField(null=True)
    state = CodeField(("open", *CLOSED_PHRASES))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by_kind = models.TextField(null=True)
    closed_by_id = models.UUIDField(null=True)
    answer = models.ForeignKey(
        "accounts.Remark", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    order = models.ForeignKey("Order", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")
    cause = models.TextField(null=True)
    looked_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("expires_at",), condition=Q(state="open"), name="subscriptions_request_open"),)
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("quote"),
            SameAccount("member"),
            SameAccount("reason"),
            SameAccount("answer"),
            SameAccount("order"),
            models.UniqueConstraint(
                fields=("account",), condition=Q(state="open"), name="subscriptions_request_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, closed_by_kind=None)
                | (~Q(state="open") & Q(closed_at__isnull=False, closed_by_kind__in=ACTOR_KINDS)),
                name="subscriptions_request_closed",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", order__isnull=False) | (~Q(state="approved") & Q(order=None)),
                name="subscriptions_request_accepted",
            ),
            models.CheckConstraint(
                condition=Q(state="overtaken", cause__isnull=False, cause__in=tuple(CAUSE_PHRASES))
                | (~Q(state="overtaken") & Q(cause=None)),
                name="subscriptions_request_overtaken",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="subscriptions_request_expires_after"
            ),
        )
        triggers = (
            *frozen_but(
                *("state", "closed_at", "closed_by_kind", "closed_by_id", "answer", "order", "cause"),
                *("looked_at", "reminded_at"),
            ),
            Refuse(
                name="closed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.\"state\" <> 'open'"),
                message="a request is closed once",
            ),
        )


class Order(AccountRow):
    """An accepted quote. A quote is accepted once."""

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    on = models.DateField()
    actor_kind = CodeField(ACTOR_KINDS)
    actor_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("quote"),
            models.UniqueConstraint(fields=("account", "quote"), name="subscriptions_order_once"),
            actor_is_named("subscriptions_order"),
        )
        triggers = FROZEN


class Change(AccountRow):
    """An edit of an order. The state on a day is folded from the changes in the order (effective_on, position)."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    position = models.IntegerField()
    edit = models.JSONField()
    capability = models.TextField(blank=True)
    effective_on = models.DateField()
    terms = models.JSONField()
    credit = models.BooleanField()
    cuts = models.BooleanField(default=False)
    takes_back = models.BooleanField(default=False)
    by_vendor = models.BooleanField()
    ordered_on = models.DateField()
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("order"),
            SameAccount("undoes"),
            models.UniqueConstraint(fields=("account", "position"), name="subscriptions_change_position"),
            models.UniqueConstraint(fields=("account", "undoes"), name="subscriptions_change_undone_once"),
            models.CheckConstraint(condition=Q(position__gte=1), name="subscriptions_change_position_counts"),
            models.CheckConstraint(
                condition=Q(undoes=None) | ~Q(undoes=F("id")), name="subscriptions_change_undoes_another"
            ),
        )
        triggers = FROZEN


class Checkpoint(AccountRow):
    """The whole agreed state at a renewal, and the last change that is folded into it."""

    on = models.DateField()
    position = models.IntegerField()
    state = models.JSONField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            models.UniqueConstraint(fields=("account", "on"), name="subscriptions_checkpoint_on"),
            models.CheckConstraint(condition=Q(position__gte=0), name="subscriptions_checkpoint_position"),
        )
        triggers = FROZEN


class Item(AccountRow):
    """An item of an account at one agreed price, on the days from `starts_on` up to but not including `ends_on`.

    It follows from the changes and is written with them, scheduled ones included: the items of today are those whose
    days include today. Without `ends_on` an item goes on. Adjacent rows may be equal if a change that was scheduled
    between them was undone.

    `quantity` leaves out `temporary`, the temporary seats. `rate` is for one seat, unit or account and a whole billing
    period; a `trial` costs nothing.
    """

    product = models.TextField()
    plan = models.TextField()
    per = CodeField(("seat", "unit", "account"))
    quantity = models.IntegerField()
    temporary = models.IntegerField()
    cycle = models.TextField()
    rate = RateField()
    currency = CurrencyField()
    trial = models.BooleanField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            ExclusionConstraint(
                name="subscriptions_item_once",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("product", RangeOperators.EQUAL),
                    (
                        Func("starts_on", "ends_on", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="subscriptions_item_ends_after"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="subscriptions_item_quantity"),
            models.CheckConstraint(condition=Q(temporary__gte=0), name="subscriptions_item_temporary"),
            models.CheckConstraint(condition=Q(rate__gte=0), name="subscriptions_item_rate"),
        )
