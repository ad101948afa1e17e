"""The base of all rows that belong to an account."""

from typing import ClassVar

from django.db import models

from bursar.columns.ids import uuid7


class AccountRow(models.Model):
    """A row of an account: a sortable id, and the pair (account, id) for others to point at.

    A Meta that adds constraints repeats these: `constraints = (*AccountRow.Meta.constraints, …)`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The pair (account, id) is its index.
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, db_index=False, related_name="+")

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint] | tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(fields=("account", "id"), name="%(app_label)s_%(class)s_account_id"),
        )
