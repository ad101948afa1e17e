"""Publish a catalog."""

from datetime import datetime

from bursar.catalog.document import read, write
from bursar.catalog.models import Version
from bursar.columns import version


def publish(document: object, *, by: str, now: datetime) -> int:
    """Publish a catalog and return its number. Errors: BadDocument, its kinds."""
    # Written out again: two documents that say the same have one digest, whatever their order and spelling.
    return version.publish(Version, lambda number: write(read(document, number)), source="api", by=by, now=now)


def apply(document: object, *, file: str, by: str, now: datetime) -> int:
    """Publish a file if it has changed; return the number of the current version. Errors: BadDocument, its kinds."""
    return version.apply(Version, lambda number: write(read(document, number, at=file)), by=by, now=now)
