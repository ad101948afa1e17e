"""Publish a policy."""

from datetime import datetime

from bursar.columns import version
from bursar.policy.document import read, write
from bursar.policy.models import Version


def lock() -> None:
    """Keep others from publishing a policy and from relying on the current one until the transaction ends."""
    version.lock(Version)


def publish(document: object, *, by: str, now: datetime) -> int:
    """Publish a policy and return its number. Errors: BadDocument, its kinds."""
    return version.publish(Version, lambda number: write(read(document, number)), source="api", by=by, now=now)


def apply(document: object, *, file: str, by: str, now: datetime) -> int:
    """Publish a file if it has changed; return the number of the current version. Errors: BadDocument, its kinds."""
    return version.apply(Version, lambda number: write(read(document, number, at=file)), by=by, now=now)
