"""Measure how long an act takes, beside the least that an act of its kind takes on this machine."""

from collections.abc import Callable
from dataclasses import dataclass
from timeit import Timer

Act = Callable[[], object]
REPEATS = 7


@dataclass(frozen=True, slots=True)
class Row:
    """An act of Bursar, and the floor that no program of its kind gets below on this machine.

    `times` is how often one call of `act` does it.
    """

    what: str
    act: Act
    floor: str
    floor_act: Act
    times: int = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """A row with its figures. Unit: microseconds for one act."""

    row: Row
    each: float
    floor_each: float

    @property
    def ratio(self) -> float:
        """Return how many floors the act costs."""
        return self.each / self.floor_each


def measured(row: Row) -> Measured:
    """Measure a row, floor and act in turn, so that a noisy moment meets both. The best of several rounds counts."""
    act_timer, floor_timer = Timer(row.act), Timer(row.floor_act)
    # A quarter of what takes 0.2 seconds: rounds short enough for seven of them, long enough for the clock.
    acts, floors = (max(timer.autorange()[0] // 4, 1) for timer in (act_timer, floor_timer))
    rounds = [(act_timer.timeit(acts) / acts, floor_timer.timeit(floors) / floors) for _ in range(REPEATS)]
    best, lowest = (min(times_of_kind) for times_of_kind in zip(*rounds, strict=True))
    return Measured(row, best * 1e6 / row.times, lowest * 1e6)
