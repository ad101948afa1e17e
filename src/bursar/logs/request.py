"""Keep the id of the request that is being answered, and facts for its line in the log.

Context variables and not an argument: whatever logs on the way must name the request, and none of it knows of requests.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from structlog.contextvars import bound_contextvars

_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
_NOTED: Final[ContextVar[dict[str, str] | None]] = ContextVar("noted", default=None)


@contextmanager
def new_request() -> Iterator[str]:
    """Give a request a new id, which stands in every line that is logged until the block ends."""
    # Made here and never taken from a header, in which a sender could put the id of another request, or anything.
    new_id = secrets.token_hex(10)
    id_before, noted_before = _ID.set(new_id), _NOTED.set({})
    try:
        with bound_contextvars(request=new_id):
            yield new_id
    finally:
        _ID.reset(id_before)
        _NOTED.reset(noted_before)


def request_id() -> str:
    """Return the id of the request that is being answered; outside of a request an empty text."""
    return _ID.get()


def note(**new_facts: str) -> None:
    """Add ids and codes to the line of the request that is being answered; outside of a request they are ignored."""
    facts_noted = _NOTED.get()
    if facts_noted is not None:
        facts_noted.update(new_facts)


def noted() -> Mapping[str, str]:
    """Return the facts noted about the request so far."""
    return dict(_NOTED.get() or {})
