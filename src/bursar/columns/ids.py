"""Ids that sort by the moment they were made."""

from datetime import UTC, datetime
from uuid import UUID

import uuid6


def first_of(moment: datetime) -> UUID:
    """Return an id that sorts before all ids made from that moment on."""
    # 48 bits of milliseconds, then the version 7 and the variant with zeros for all that is random.
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 7 << 76 | 1 << 63)


def moment_of(id: UUID) -> datetime:
    """Return the moment at which an id was made, to the millisecond."""
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC)


def uuid7() -> UUID:
    """Return a new id; later ids of the same process sort after it.

    Source: RFC 9562, section 5.7.
    """
    # The library returns a class of its own; all other ids are plain UUIDs.
    return UUID(int=uuid6.uuid7().int)
