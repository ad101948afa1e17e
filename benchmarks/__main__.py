"""Measure, and print what things cost beside their floor: `python -m benchmarks`, or with the names of some rooms."""

import platform
import sys
from collections.abc import Callable, Iterator, Mapping

from benchmarks import core, door, pages
from benchmarks.measure import Row, measured

ROOMS: Mapping[str, Callable[[], Iterator[Row]]] = {"core": core.rows}
"""Where rows come from."""
SERVED: Mapping[str, Callable[[], None]] = {"door": door.report, "pages": pages.report}
"""What is measured from outside, on a server and a database of its own."""


def main(names: list[str]) -> int:
    """Print one table per room. The exit status: 0, or 2 for a room that is not there."""
    unknown = [name for name in names if name not in (*ROOMS, *SERVED)]
    if unknown:
        print(f"There is no room {unknown[0]}. The rooms are: {', '.join((*ROOMS, *SERVED))}.", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()}, {platform.machine()}; microseconds, the best of several rounds.")
    for name in (one for one in names or ROOMS if one in ROOMS):
        print(f"\n{name:<38} {'µs':>9}   {'floor':<24} {'µs':>8} {'times':>7}")
        for row in ROOMS[name]():
            one = measured(row)
            print(f"{row.what:<38} {one.each:>9.2f}   {row.floor:<24} {one.floor_each:>8.3f} {one.ratio:>7.1f}")
    for name in (one for one in names or SERVED if one in SERVED):
        SERVED[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
