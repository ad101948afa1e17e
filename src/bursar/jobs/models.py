"""Rows about the worker's rounds, and about what it could not do for an account."""

from django.db import models
from django.db.models import Q

from bursar.columns.codes import CodeField
from bursar.columns.row import AccountRow

STEPS = ("finish", "renew", "collect", "expire", "look", "remind", "announce")
"""The steps of the worker that are parked for an account where they fail."""


class Round(models.Model):
    """The last round of the workers, in one row however many there are. While one runs, it ended before it began."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="jobs_round_one"),
            models.CheckConstraint(condition=Q(failures__gte=0), name="jobs_round_failures"),
        )


class Parked(AccountRow):
    """A step of the worker that failed for an account, and when it is tried again. Nobody else waits for it.

    `reason` names the failure, the rule of the database that it broke and the place in our code, and quotes no value.
    """

    step = CodeField(STEPS)
    reason = models.TextField()
    since = models.DateTimeField()
    failed_at = models.DateTimeField()
    tries = models.IntegerField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            models.UniqueConstraint(fields=("account", "step"), name="jobs_parked_once"),
            models.CheckConstraint(condition=Q(tries__gte=1), name="jobs_parked_tries"),
        )
