"""Do something for many accounts together, and for those that fail alone, so that one never stops the others."""

from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Final, TypeVar

from django.db import connection

T = TypeVar("T")
R = TypeVar("R")
FIRST_SIZE: Final = 50
LARGEST: Final = 1000
MOST_SECONDS: Final = 1.0
"""How long a batch may hold the locks of its accounts: a person who clicks waits as long."""


class Pace:
    """The size of the next batch, which grows and shrinks so that no batch holds its locks much beyond a second."""

    def __init__(self, largest: int = LARGEST) -> None:
        self.largest = largest
        self.size = min(FIRST_SIZE, largest)

    def timed(self, act: Callable[[Sequence[T]], R], tasks: Sequence[T]) -> R:
        """Do tasks, and choose the size of the next batch by how long these took."""
        began = monotonic()
        # A batch that fails says nothing of how long it would have taken, and leaves the size as it is.
        result = act(tasks)
        seconds = monotonic() - began
        if seconds > MOST_SECONDS:
            self.size = max(1, self.size // 2)
        # Doubled only where twice as many still keep the limit.
        elif seconds < MOST_SECONDS / 2.5 and len(tasks) >= self.size:
            self.size = min(self.largest, self.size * 2)
        return result


def in_halves(act: Callable[[Sequence[T]], R], tasks: Sequence[T], fail: Callable[[T, Exception], None]) -> Iterator[R]:
    """Do tasks together; if that fails, do each half, down to the task that fails alone, and give it to `fail`.

    Errors: that of a database that does not answer, which is no task's fault.
    """
    if not tasks:
        return
    try:
        result = act(tasks)
    except Exception as failure:
        if not connection.is_usable():
            raise
        if len(tasks) == 1:
            fail(tasks[0], failure)
            return
    else:
        yield result
        return
    middle = len(tasks) // 2
    for half in (tasks[:middle], tasks[middle:]):
        yield from in_halves(act, half, fail)
