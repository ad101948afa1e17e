"""Write the page of figures: its tables, the machine, and the reasons behind the figures."""

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
    """Rows of texts under their heads; the first column names what was measured, the others are figures."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    def text(self) -> str:
        """Return the table as Markdown, its columns aligned."""
        widths = [max(map(len, column)) for column in zip(self.heads, *self.rows, strict=True)]
        rule = ["-" * widths[0], *("-" * (value - 1) + ":" for value in widths[1:])]
        lines = [_line(value, widths) for value in (self.heads, rule, *self.rows)]
        return "\n".join((f"## {self.title}", "", *lines))


def page_text(tables: Sequence[Table]) -> str:
    """Return the page. The text below a table stands in about.toml, under the title of the table."""
    import tomllib

    about: Mapping[str, str] = tomllib.loads(ABOUT.read_text(encoding="utf-8"))
    parts = [about["page"].strip().format(machine=machine())]
    for table in tables:
        parts += [table.text(), about[table.title].strip()]
    return "\n\n".join(parts) + "\n"


def machine() -> str:
    """Return the machine, the day, and how busy the machine was."""
    # Linux tells Python no more than the architecture; the kernel knows the model.
    cpu = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cpu}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}; load averages at the end {load}"
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        text.ljust(size) if number == 0 else text.rjust(size)
        for number, (text, size) in enumerate(zip(row, widths, strict=True))
    )
    return f"| {' | '.join((first, *rest))} |"
