"""Ids that sort by the moment they were made."""

from uuid import UUID

import uuid6


def uuid7() -> UUID:
    """A new id; later ones of the same process sort after it.

    Source: RFC 9562, section 5.7.
    """
    return UUID(int=uuid6.uuid7().int)
