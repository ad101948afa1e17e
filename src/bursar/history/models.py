"""The events of accounts, and the responses that are stored for idempotency keys."""

from django.db import models

from bursar.columns.codes import ACTOR_KINDS, CodeField, actor_is_named
from bursar.columns.guard import FROZEN
from bursar.columns.ids import uuid7


class Entry(models.Model):
    """An event in an account's history. It holds ids and codes, and outlives the account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No foreign key: the history outlives everything that it is about.
    account_id = models.UUIDField()
    kind = models.TextField()
    actor_kind = CodeField(ACTOR_KINDS)
    actor_id = models.UUIDField(null=True)
    on = models.DateField()
    recorded_at = models.DateTimeField()
    data = models.JSONField(default=dict)
    # Entries from before there were versions, and of an earlier release that runs during an upgrade, are of version 1.
    version = models.SmallIntegerField(db_default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("account_id", "id"), name="history_entry_account_id"),
            actor_is_named("history_entry"),
        )
        indexes = (models.Index(fields=("kind", "id"), name="history_entry_kind"),)
        triggers = FROZEN


class StoredResponse(models.Model):
    """The response to a call with an idempotency key, so that the same call, sent again, gets it again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scope = models.TextField()
    key = models.TextField()
    body_digest = models.TextField()
    answer_kind = models.TextField()
    answer_id = models.TextField()
    status = models.IntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("scope", "key"), name="history_storedresponse_key"),)
