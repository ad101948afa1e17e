"""The request that is being answered: its id, and facts that are noted on the way for its line."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from structlog.contextvars import bound_contextvars

_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
_NOTED: Final[ContextVar[dict[str, str] | None]] = ContextVar("noted", default=None)


@contextmanager
def during() -> Iterator[str]:
    """A request of a new id, which stands in every line that is written until the block ends."""
    made = secrets.token_hex(10)
    id_before, noted_before = _ID.set(made), _NOTED.set({})
    try:
        with bound_contextvars(request=made):
            yield made
    finally:
        _ID.reset(id_before)
        _NOTED.reset(noted_before)


def request_id() -> str:
    """The id of the request that is being answered; empty outside of one."""
    return _ID.get()


def note(**facts: str) -> None:
    """Note ids and codes for the line of the request that is being answered; outside of one they are forgotten."""
    found = _NOTED.get()
    if found is not None:
        found.update(facts)


def noted() -> Mapping[str, str]:
    """Return the facts noted about the request so far."""
    return dict(_NOTED.get() or {})
