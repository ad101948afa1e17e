"""Measure the start with the demo: the time to the first page, and the memory of everything that runs then."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import memory, tree
from benchmarks.served import first_page

from bursar.cli.process import end
from bursar.postgres.port import free_port

KINDS = (
    ("web server and its processes", "granian"),
    ("worker", "worker"),
    ("PostgreSQL", "postgres"),
    ("`bursar serve` itself", "serve"),
)


def rows() -> Iterator[tuple[str, str]]:
    """Yield the times to the first page on an empty folder and on one with data, then memory."""
    with tempfile.TemporaryDirectory(prefix="bursar-bench-") as folder:
        Path(folder).chmod(0o711)
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment |= {"BURSAR_HOME": folder}
        seconds, serving = first_page(environment, free_port())
        end([serving])
        yield "first page, nothing there yet: database, tables and demo are made", f"{seconds:.1f} s"
        seconds, serving = first_page(environment, free_port())
        yield "first page, data of a run before", f"{seconds:.1f} s"
        yield from _memory(serving.pid)
        end([serving])


def _memory(pid: int) -> Iterator[tuple[str, str]]:
    """Yield the memory of each part of a server. A process counts with the child of the server that started it."""
    commands = {process: _command(process) for process in tree(pid)}
    own_children = [process for process in commands if _parent(process) == pid]
    total = memory(pid)
    for part, name in KINDS[:-1]:
        yield (
            f"memory: {part}",
            _mebibytes(sum(memory(process) for process in own_children if name in commands[process])),
        )
    # Its command line names "serve", but those of its children do too, in their path or their arguments.
    yield "memory: `bursar serve` itself", _mebibytes(total - sum(memory(process) for process in own_children))
    yield "memory: all of it", _mebibytes(total)


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def _parent(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    return int(stat.rpartition(")")[2].split()[1])


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"
