"""What processes have used, as the kernel counts it."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    children: dict[int, list[int]] = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            children[int(_fields(stat)[1])].append(int(stat.parent.name))
        except OSError:
            continue
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += children[one]


def computed(*pids: int) -> float:
    """How long processes and all that they started have computed, those that ended too. Unit: seconds."""
    ticks = 0
    for pid in (one for root in pids for one in tree(root)):
        try:
            ticks += sum(int(field) for field in _fields(Path(f"/proc/{pid}/stat"))[11:15])
        except OSError:
            continue
    return ticks / TICKS


def memory(pid: int) -> int:
    """The memory of a process and all that it started, each shared page divided among its users. Unit: bytes."""
    total = 0
    for one in tree(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:"))
    return total


def _fields(stat: Path) -> list[str]:
    """The fields after the name, which may have blanks and brackets in it."""
    return stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
