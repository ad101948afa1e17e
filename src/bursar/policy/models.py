"""The published versions of the policy."""

from django.db import models

from bursar.columns.codes import CodeField
from bursar.columns.guard import FROZEN


class Version(models.Model):
    """A published document, under the next number. The last version is current."""

    number = models.IntegerField(primary_key=True)
    document = models.JSONField()
    digest = models.TextField()
    source = CodeField(("file", "api"))
    published_at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(number__gte=1), name="policy_version_number"),)
        triggers = FROZEN
