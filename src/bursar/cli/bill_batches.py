"""The batches of a bill run: those of this process, or of several that it starts."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import FrameType
from typing import TYPE_CHECKING
from uuid import UUID

from bursar.cli.process import Child, end, pipe

if TYPE_CHECKING:
    from bursar.jobs.billed import BilledBatch


@contextmanager
def stopped_after_batch() -> Iterator[Event]:
    """Yield the event that Ctrl-C and SIGTERM set while the block lasts; they interrupt nothing."""
    stopped = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def own_batches(moment: datetime, now: datetime, dry_run: bool, stopped: Event) -> "Iterator[BilledBatch]":
    """Yield the batches that this process bills, until one came to stop it."""
    from bursar.jobs import parking
    from bursar.jobs.billed import BilledBatch
    from bursar.jobs.billing import bill as bill_due
    from bursar.jobs.billing import preview_bill

    failed: list[tuple[str, str]] = []

    def fail(account_id: UUID, failure: Exception) -> None:
        failed.append((str(account_id), parking.reason_of(failure)))
        if not dry_run:
            parking.park(account_id, "renew", failure, now=now)

    if not dry_run:
        # Whoever calls this has mended something, or wants to see whether it still fails.
        parking.try_all_again("renew", now=now)
    run = preview_bill(moment, fail=fail) if dry_run else bill_due(moment, now=now, fail=fail)
    for renewed in run:
        batch = BilledBatch.of(renewed)
        batch.parked, failed = failed, []
        yield batch
        if stopped.is_set():
            return
    if failed:
        yield BilledBatch(parked=failed)


def batches_of(workers: int, until: date | None, stopped: Event) -> "Iterator[BilledBatch]":
    """Yield the batches of so many processes as they come; a signal ends each after its batch at hand.

    Errors: RuntimeError if a process failed, which said why on the standard error.
    """
    from bursar.jobs.billed import BilledBatch

    command = [sys.executable, "-m", "bursar.cli", "bill", "--batches"]
    children = [pipe([*command, *(["--until", until.isoformat()] if until else [])]) for _ in range(workers)]
    lines: SimpleQueue[str | None] = SimpleQueue()
    for process in children:
        Thread(target=_read, args=(process, lines), daemon=True).start()
    running = workers
    told = False
    try:
        while running:
            line = _next(lines)
            if stopped.is_set() and not told:
                told = True
                for process in children:
                    process.terminate()
            if line is None:
                running -= 1
            elif line:
                yield BilledBatch.read(line)
        if any(process.wait() for process in children):
            raise RuntimeError("a process of the bill run failed; what it said stands above")
    finally:
        end(children)


def _next(lines: "SimpleQueue[str | None]") -> str | None:
    """Return the next line, None at the end of a process, or an empty text after a while, so that a signal is seen."""
    try:
        return lines.get(timeout=0.2)
    except Empty:
        return ""


def _read(process: Child, lines: "SimpleQueue[str | None]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line.decode())
    lines.put(None)
