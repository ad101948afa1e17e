"""Publishing a policy."""

from datetime import datetime

from bursar.columns import version
from bursar.policy.document import read, write
from bursar.policy.models import Version


def lock() -> None:
    """Let nobody else publish a policy, nor rely on the current one, until the transaction ends."""
    version.lock(Version)


def publish(document: object, *, by: str, now: datetime) -> int:
    """The number of the version that now holds the document. Errors: BadDocument, its kinds."""
    return version.publish(Version, lambda number: write(read(document, number)), source="api", by=by, now=now)


def apply(document: object, *, file: str, by: str, now: datetime) -> int:
    """The number of the current version, once a changed file is published. Errors: BadDocument, its kinds."""
    return version.apply(Version, lambda number: write(read(document, number, at=file)), by=by, now=now)
