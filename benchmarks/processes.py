"""Read the processor time and the memory of processes, as the kernel counts them. Source: proc(5)."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all that it started."""
    children: dict[int, list[int]] = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            children[int(_fields(stat)[1])].append(int(stat.parent.name))
        except OSError:
            continue
    waiting = [pid]
    while waiting:
        process = waiting.pop()
        yield process
        waiting += children[process]


def computed(*pids: int) -> float:
    """Return the processor time of processes and all that they started, ended ones included. Unit: seconds."""
    ticks = 0
    for pid in (process for root in pids for process in tree(root)):
        try:
            # utime, stime, cutime and cstime: the last two are those of children that ended.
            ticks += sum(int(field) for field in _fields(Path(f"/proc/{pid}/stat"))[11:15])
        except OSError:
            continue
    return ticks / TICKS


def memory(pid: int) -> int:
    """Return the memory of a process and all that it started, shared pages divided among their users. Unit: bytes."""
    total = 0
    for process in tree(pid):
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:"))
    return total


def _fields(stat: Path) -> list[str]:
    """Return the fields after the name of the program, which may have blanks and brackets in it."""
    return stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
