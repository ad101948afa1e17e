"""The result of one check of `bursar doctor`."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check: its name, state and finding, and the cure unless everything is as it should be."""

    name: str
    state: State
    finding: str
    cure: str = ""


def ok(name: str, finding: str) -> Check:
    """Return a check that found everything as it should be."""
    return Check(name, "ok", finding)


def warning(name: str, finding: str, cure: str) -> Check:
    """Return a check of something that works, but that somebody should look at."""
    return Check(name, "warning", finding, cure)


def wrong(name: str, finding: str, cure: str) -> Check:
    """Return a check of something that does not work, or soon will not."""
    return Check(name, "wrong", finding, cure)
