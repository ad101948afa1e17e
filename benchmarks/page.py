"""The page of figures: its tables, the machine, and what holds each figure back."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs/benchmarks.md"
ABOUT = PAGE.parents[1] / "benchmarks/about.toml"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under their heads; the first column says what, the others are figures."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    def text(self) -> str:
        """The table as Markdown, its columns in line."""
        wide = [max(map(len, column)) for column in zip(self.heads, *self.rows, strict=True)]
        rule = ["-" * wide[0], *("-" * (one - 1) + ":" for one in wide[1:])]
        lines = [_line(one, wide) for one in (self.heads, rule, *self.rows)]
        return "\n".join((f"## {self.title}", "", *lines))


def written(tables: Sequence[Table]) -> str:
    """The page. What holds figures back stands in about.toml, under the title of each table."""
    import tomllib

    about: Mapping[str, str] = tomllib.loads(ABOUT.read_text(encoding="utf-8"))
    parts = [about["page"].strip().format(machine=machine())]
    for table in tables:
        parts += [table.text(), about[table.title].strip()]
    return "\n\n".join(parts) + "\n"


def machine() -> str:
    """What it was measured on, when, and how busy it was otherwise."""
    cpu = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cpu}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}; load averages at the end {load}"
    )


def _line(row: Sequence[str], wide: Sequence[int]) -> str:
    first, *rest = (
        text.ljust(size) if number == 0 else text.rjust(size)
        for number, (text, size) in enumerate(zip(row, wide, strict=True))
    )
    return f"| {' | '.join((first, *rest))} |"
