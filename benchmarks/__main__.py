"""Measure, and write docs/benchmarks.md: `python -m benchmarks`. With names of subjects, measure and print those."""

import sys
from collections.abc import Callable, Iterator, Mapping

from benchmarks import bill, core, endpoints, large, peers, start, trips
from benchmarks.measure import Row, measured
from benchmarks.page import PAGE, Table, page_text
from benchmarks.served import served


def _microseconds(title: str, rows: Callable[[], Iterator[Row]]) -> Callable[[], Iterator[Table]]:
    """Return a function that yields a table of acts that take microseconds."""

    def tables() -> Iterator[Table]:
        results = [measured(row) for row in rows()]
        yield Table(
            title,
            ("", "µs", "per second", "floor", "µs", "times"),
            [
                (
                    result.row.what,
                    f"{result.each:.2f}",
                    f"{1e6 / result.each:,.0f}",
                    result.row.floor,
                    f"{result.floor_each:.3f}",
                    f"{result.ratio:.1f}",
                )
                for result in results
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


def _bill() -> Iterator[Table]:
    yield Table("A bill run", ("", ""), list(bill.rows()))


def _large() -> Iterator[Table]:
    yield Table("A small account beside a large one", large.HEADS, list(large.rows()))


SUBJECTS: Mapping[str, Callable[[], Iterator[Table]]] = {
    "decisions": _microseconds("Decisions", peers.rows),
    "core": _microseconds("Decisions, quotes and renewals in the core", core.rows),
    "doors": _endpoints,
    "start": _start,
    "trips": _trips,
    "bill": _bill,
    "large": _large,
}


def main(names: list[str]) -> int:
    """Measure subjects, and write the page if all are measured. Return the exit status, 2 for an unknown subject."""
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown:
        print(f"There is no subject {unknown[0]}. The subjects are: {', '.join(SUBJECTS)}.", file=sys.stderr)
        return 2
    tables = []
    for name in names or SUBJECTS:
        for table in SUBJECTS[name]():
            print(f"\n{table.text()}", flush=True)
            tables.append(table)
    # A page of figures from different runs would compare different machines and moods of the same machine.
    if not names:
        PAGE.write_text(page_text(tables), encoding="utf-8")
        print(f"\nwritten to {PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
