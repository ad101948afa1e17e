"""Measure, and write docs/benchmarks.md: `python -m benchmarks`. With names of rooms, measure those and print them."""

import sys
from collections.abc import Callable, Iterator, Mapping

from benchmarks import core, endpoints, peers, start, trips
from benchmarks.measure import Row, measured
from benchmarks.page import PAGE, Table, written
from benchmarks.served import served


def _micro(title: str, rows: Callable[[], Iterator[Row]]) -> Callable[[], Iterator[Table]]:
    """A table of things that take microseconds."""

    def tables() -> Iterator[Table]:
        found = [measured(row) for row in rows()]
        yield Table(
            title,
            ("", "µs", "per second", "floor", "µs", "times"),
            [
                (
                    one.row.what,
                    f"{one.each:.2f}",
                    f"{1e6 / one.each:,.0f}",
                    one.row.floor,
                    f"{one.floor_each:.3f}",
                    f"{one.ratio:.1f}",
                )
                for one in found
            ],
        )

    return tables


def _endpoints() -> Iterator[Table]:
    heads = ("", "callers", "per second", "p50 ms", "p99 ms", "processor ms")
    with served() as running:
        yield Table("Calls of the API", heads, list(endpoints.lines(endpoints.calls(running))))
        yield Table("Pages", heads, list(endpoints.lines(endpoints.pages(running))))


def _start() -> Iterator[Table]:
    yield Table("Starting, and memory", ("", ""), list(start.rows()))


def _trips() -> Iterator[Table]:
    heads = ("", "depth", "calls", "files", "changes of room", "statements")
    yield Table("Trips through the code", heads, list(trips.trips()))
    yield Table("The code", ("", ""), list(trips.sizes()))


ROOMS: Mapping[str, Callable[[], Iterator[Table]]] = {
    "decisions": _micro("Decisions", peers.rows),
    "core": _micro("Decisions, quotes and renewals in the core", core.rows),
    "doors": _endpoints,
    "start": _start,
    "trips": _trips,
}


def main(names: list[str]) -> int:
    """Measure rooms; all of them make the page. The exit status: 0, or 2 for a room that is not there."""
    unknown = [name for name in names if name not in ROOMS]
    if unknown:
        print(f"There is no room {unknown[0]}. The rooms are: {', '.join(ROOMS)}.", file=sys.stderr)
        return 2
    tables = []
    for name in names or ROOMS:
        for table in ROOMS[name]():
            print(f"\n{table.text()}", flush=True)
            tables.append(table)
    if not names:
        PAGE.write_text(written(tables), encoding="utf-8")
        print(f"\nwritten to {PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
