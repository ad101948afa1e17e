"""What was quoted, taken and thereby changed. All of it are facts."""

from django.db import models
from django.db.models import F, Q

from bursar.columns.codes import ACTOR_KINDS, CodeField, actor_is_named
from bursar.columns.guard import FROZEN
from bursar.columns.reference import SameAccount
from bursar.columns.row import AccountRow


class Quote(AccountRow):
    """A decided and priced list of edits; `content` is the whole of it, `digest` what must not differ when taken.

    Why somebody cancels stands in a remark, which can be emptied, not among the edits.
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
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("reason"),
            actor_is_named("subscriptions_quote"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="subscriptions_quote_expires_after"
            ),
        )
        triggers = FROZEN


class Take(AccountRow):
    """The taking of a quote, which happens once."""

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    on = models.DateField()
    actor_kind = CodeField(ACTOR_KINDS)
    actor_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("quote"),
            models.UniqueConstraint(fields=("account", "quote"), name="subscriptions_take_once"),
            actor_is_named("subscriptions_take"),
        )
        triggers = FROZEN


class Change(AccountRow):
    """One edit of a taken quote. The state of a day is folded from them in (effective_on, position)."""

    take = models.ForeignKey(Take, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    position = models.IntegerField()
    edit = models.JSONField()
    capability = models.TextField(blank=True)
    effective_on = models.DateField()
    terms = models.JSONField()
    credit = models.BooleanField()
    by_vendor = models.BooleanField()
    ordered_on = models.DateField()
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("take"),
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
