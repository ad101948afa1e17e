"""Publish documents as immutable numbered versions, the last of which is current."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from bursar.columns.codes import CodeField
from bursar.columns.guard import FROZEN

Canonical = Callable[[int], Mapping[str, Any]]
"""The document in its canonical form, read under the number that it would get."""


class PublishedVersion(models.Model):
    """A published document, under the next number. The last version is current."""

    number = models.IntegerField(primary_key=True)
    document = models.JSONField()
    digest = models.TextField()
    source = CodeField(("file", "api"))
    published_at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        abstract = True
        constraints = (models.CheckConstraint(condition=models.Q(number__gte=1), name="%(app_label)s_version_number"),)
        triggers = FROZEN


def publish(table: type[PublishedVersion], canonical: Canonical, *, source: str, by: str, now: datetime) -> int:
    """Publish a document and return its number; return the current number if that version says the same."""
    rows = table._default_manager
    with transaction.atomic():
        # Two who publish at once would both take the next number.
        lock(table)
        last = rows.order_by("-number").values("number", "digest").first()
        number = last["number"] + 1 if last else 1
        document = canonical(number)
        # Publishing the same again is no new version: agreed prices name the version that sold them.
        if last and last["digest"] == _digest(document):
            return int(last["number"])
        rows.create(number=number, document=document, digest=_digest(document), source=source, published_at=now, by=by)
    return number


def apply(table: type[PublishedVersion], canonical: Canonical, *, by: str, now: datetime) -> int:
    """Publish a file if it differs from the last file applied; return the number of the current version.

    A version that was published by other means stays current until the file itself changes.
    """
    rows = table._default_manager.order_by("-number").values("number", "digest")
    applied, current = rows.filter(source="file").first(), rows.first()
    # Read under the number of that version, since the number is part of what a document reads as.
    if applied and current and applied["digest"] == _digest(canonical(applied["number"])):
        return int(current["number"])
    return publish(table, canonical, source="file", by=by, now=now)


def lock(table: type[PublishedVersion]) -> None:
    """Keep others from publishing and from holding the current version until the transaction ends."""
    _lock(table, "EXCLUSIVE")


def hold(table: type[PublishedVersion]) -> None:
    """Wait for a publication under way, and keep others from publishing until the transaction ends."""
    _lock(table, "ROW SHARE")


def _lock(table: type[PublishedVersion], mode: str) -> None:
    # Modes of a table and not of a row: EXCLUSIVE excludes itself and ROW SHARE, but lets everybody read.
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table._meta.db_table} IN {mode} MODE")


def _digest(document: Mapping[str, Any]) -> str:
    """Return the digest of a document, which does not depend on the order of its entries."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
