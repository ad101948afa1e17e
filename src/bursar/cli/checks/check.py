"""The result of a check: its name, its state and its finding."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Check:
    """The finding of a check, and how to mend it if something is wrong."""

    name: str
    state: State
    found: str
    cure: str = ""


def ok(name: str, found: str) -> Check:
    """Return a check that found everything as it should be."""
    return Check(name, "ok", found)


def warning(name: str, found: str, cure: str) -> Check:
    """Return a check of something that works, but that somebody should look at."""
    return Check(name, "warning", found, cure)


def wrong(name: str, found: str, cure: str) -> Check:
    """Return a check of something that does not work, or soon will not."""
    return Check(name, "wrong", found, cure)
