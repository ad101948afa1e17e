"""One thing that was looked at."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was found, and how to mend it where it is not as it should be."""

    name: str
    state: State
    found: str
    cure: str = ""


def ok(name: str, found: str) -> Check:
    """Nothing needs to be done."""
    return Check(name, "ok", found)


def warning(name: str, found: str, cure: str) -> Check:
    """It works, but somebody should look at it."""
    return Check(name, "warning", found, cure)


def wrong(name: str, found: str, cure: str) -> Check:
    """It does not work, or will not."""
    return Check(name, "wrong", found, cure)
