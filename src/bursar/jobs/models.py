"""Rows about the worker's rounds."""

from django.db import models
from django.db.models import Q


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
