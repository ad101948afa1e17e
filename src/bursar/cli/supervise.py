"""Supervise the parts of a server: start a part again that ends, and end everything if a part cannot be kept up."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from typing import Final

from bursar.cli.files import warn
from bursar.cli.process import Child
from bursar.core.messages.problem import Problem
from bursar.logs import log

LOOK_SECONDS: Final = 0.1
"""Pages are gone for at least so long after a part was killed, and each look costs a few system calls."""
START_SECONDS: Final = 60
STEADY_SECONDS: Final = 10
"""How long a part must work until its earlier failures are forgotten."""
MOST_FAILURES: Final = 6
DELAYS: Final = (0.0, 0.5, 1.0, 2.0, 4.0)
"""How long a part waits to be started again, by the number of its failures in a row. The first is most often chance."""


class PartFailed(Problem):
    """{part} ended {times} times in a row, so everything was stopped. {hint}"""

    code = "part_failed"


class PartNotStarted(Problem):
    """{part} did not start. {hint}"""

    code = "part_not_started"


@dataclass(slots=True, eq=False)
class Part:
    """A part of the server: how to start it, how to see that it works, and the state of its process.

    `held_up` returns the reason why it cannot be started at present, such as a full disk; meanwhile no failure is
    counted. `hint` returns why it fails, or where to look; `patience` is how long a start may take.
    """

    name: str
    start: Callable[[], Child]
    works: Callable[[], bool]
    held_up: Callable[[], str] = lambda: ""
    hint: Callable[[], str] = lambda: "What it said stands above."
    patience: float = START_SECONDS
    child: Child | None = None
    working_since: float | None = None
    started_at: float = 0.0
    next_start_at: float = 0.0
    failures: int = 0
    waits_for: str = ""


def start(parts: Sequence[Part], stopped: Event) -> None:
    """Start parts, and wait until each works, or until told to stop. Errors: PartNotStarted."""
    # Launched together, since each loads the same code and they need the same second.
    for part in parts:
        _launch(part)
    while not stopped.is_set() and not all(part.working_since is not None for part in parts):
        for part in parts:
            assert part.child is not None
            if part.child.poll() is not None or time.monotonic() > part.started_at + part.patience:
                raise PartNotStarted(part=part.name, hint=part.hint())
            if part.working_since is None and part.works():
                part.working_since = time.monotonic()
        time.sleep(LOOK_SECONDS / 2)


def watch(parts: Sequence[Part], stopped: Event) -> None:
    """Keep parts working until told to stop. Each needs those before it, and is started after them.

    Errors: PartFailed.
    """
    while not stopped.is_set():
        for part in parts:
            # The parts after it need it: without the database they would fail too, and use up their own tries.
            if not _look_after(part):
                break
        time.sleep(LOOK_SECONDS)


def sweep(child: Child) -> None:
    """Kill the processes that are left in a child's session: web processes outlive a server that had to be killed."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _look_after(part: Part) -> bool:
    """Start a part, note its failure or forget earlier ones, as it needs now; return True if it works."""
    now = time.monotonic()
    if part.child is None:
        if now >= part.next_start_at:
            try:
                if not _held_up(part):
                    _launch(part)
            except (OSError, subprocess.SubprocessError) as error:
                _failed(part, f"could not be started ({error})")
    elif part.child.poll() is not None:
        _failed(part, f"ended ({_end_text(part.child.returncode)})")
    elif part.working_since is None:
        if part.works():
            part.working_since = now
            _tell(part, "works again")
        elif now > part.started_at + part.patience:
            _failed(part, f"did not work within {part.patience:.0f} seconds")
    elif now > part.working_since + STEADY_SECONDS:
        part.failures = 0
    return part.working_since is not None


def _launch(part: Part) -> None:
    part.child, part.working_since, part.started_at = part.start(), None, time.monotonic()


def _failed(part: Part, how: str) -> None:
    """Note a failure and when to start the part again. Errors: PartFailed."""
    if part.child is not None:
        # Before the next start: a web process that is left would hold the port.
        sweep(part.child)
        part.child.wait()
    part.child, part.working_since = None, None
    part.failures += 1
    _tell(part, how)
    if part.failures >= MOST_FAILURES:
        raise PartFailed(part=part.name, times=part.failures, hint=part.hint())
    part.next_start_at = time.monotonic() + DELAYS[part.failures - 1]


def _tell(part: Part, happened: str) -> None:
    """Print what happened to a part: in words on a terminal, as a line of the log if programs collect it."""
    if os.environ.get("BURSAR_LOG") == "json":
        log.warning(happened, part=part.name, failures=part.failures)
    else:
        warn(f"bursar: {part.name} {happened}")


def _held_up(part: Part) -> bool:
    """Return True if a part cannot be started at present, and print the reason once."""
    reason = part.held_up()
    if reason and reason != part.waits_for:
        _tell(part, f"waits: {reason}")
    part.waits_for = reason
    return bool(reason)


def _end_text(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
