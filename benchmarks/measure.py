"""How long something takes, beside the least that something of its kind takes here and now."""

from collections.abc import Callable
from dataclasses import dataclass
from timeit import Timer

Act = Callable[[], object]
REPEATS = 7


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that Bursar does, and the floor that no program of its kind gets below on this machine.

    `times` says how many things one act does, where that is more than one.
    """

    what: str
    act: Act
    floor: str
    floor_act: Act
    times: int = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """A row with its figures. Unit: microseconds for one thing."""

    row: Row
    each: float
    floor_each: float

    @property
    def ratio(self) -> float:
        """How many floors it costs."""
        return self.each / self.floor_each


def measured(row: Row) -> Measured:
    """The row measured, floor and act in turn, so that a noisy moment meets both; the best of several rounds counts."""
    acting, lying = Timer(row.act), Timer(row.floor_act)
    acts, floors = (max(timer.autorange()[0] // 4, 1) for timer in (acting, lying))
    rounds = [(acting.timeit(acts) / acts, lying.timeit(floors) / floors) for _ in range(REPEATS)]
    best, lowest = (min(one) for one in zip(*rounds, strict=True))
    return Measured(row, best * 1e6 / row.times, lowest * 1e6)
