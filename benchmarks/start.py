"""Starting with the demo: how long to the first page, and the memory of everything that runs then."""

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
    """Times to the first page on an empty folder and on one with data, then memory."""
    with tempfile.TemporaryDirectory(prefix="bursar-bench-") as folder:
        Path(folder).chmod(0o711)
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment |= {"BURSAR_HOME": folder}
        took, serving = first_page(environment, free_port())
        end([serving])
        yield "first page, nothing there yet: database, tables and demo are made", f"{took:.1f} s"
        took, serving = first_page(environment, free_port())
        yield "first page, data of a run before", f"{took:.1f} s"
        yield from _memory(serving.pid)
        end([serving])


def _memory(pid: int) -> Iterator[tuple[str, str]]:
    """What each part holds; a process of its own tree counts with its top."""
    tops = {one: _named(one) for one in tree(pid)}
    mine = [top for top in tops if _parent(top) == pid]
    total = memory(pid)
    for what, name in KINDS[:-1]:
        yield f"memory: {what}", _mebibytes(sum(memory(one) for one in mine if name in tops[one]))
    yield "memory: `bursar serve` itself", _mebibytes(total - sum(memory(one) for one in mine))
    yield "memory: all of it", _mebibytes(total)


def _named(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def _parent(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    return int(stat.rpartition(")")[2].split()[1])


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"
