"""Processes whose parent was killed: how ours end by themselves, and how those of a server that did not are ended."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

_PARENT_DEATH: Final = 1
_C: Final = ctypes.CDLL(None)
_ORDERLY_SECONDS: Final = 30
_AT_ONCE_SECONDS: Final = 10


def ends_with_us(number: signal.Signals) -> Callable[[], None]:
    """Ask the kernel for a signal when the parent process ends; a child calls this before its program starts."""
    parent = os.getpid()

    def before() -> None:
        end_with_parent(number)
        if os.getppid() != parent:
            os._exit(1)

    return before


def end_with_parent(number: signal.Signals) -> None:
    """From now on this process gets a signal when its parent ends; on other systems than Linux nothing changes."""
    if sys.platform == "linux":
        _C.prctl(_PARENT_DEATH, int(number))


def end(data: Path) -> None:
    """End every process of a server that still works in a data folder, and forget one that is long gone.

    Only processes seen to belong to the folder are signalled: the number in postmaster.pid may be anybody's by now.
    """
    written = _written(data)
    if written in processes(data):
        for number, seconds in ((signal.SIGINT, _ORDERLY_SECONDS), (signal.SIGQUIT, _AT_ONCE_SECONDS)):
            _signal(written, number)
            if _gone(data, seconds):
                return
    # Without a postmaster nothing ends a query that computes, and the next server may not start beside it.
    for pid in processes(data):
        _signal(pid, signal.SIGKILL)
    if _gone(data, _AT_ONCE_SECONDS) and written is not None and _alive(written):
        (data / "postmaster.pid").unlink(missing_ok=True)


def processes(data: Path) -> set[int]:
    """The numbers of the server processes that work in a data folder; all of them make it their working directory."""
    if sys.platform != "linux":
        return _postmaster(data)
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if (entry / "comm").read_text().strip() == "postgres" and (entry / "cwd").readlink() == data:
                    found.add(int(entry.name))
    return found


def _postmaster(data: Path) -> set[int]:
    """The one process that names the folder, where a working directory cannot be asked for."""
    listed = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True).stdout
    lines = (line.split(maxsplit=1) for line in listed.splitlines())
    return {int(line[0]) for line in lines if len(line) == 2 and f"/postgres -D {data} " in line[1]}


def _written(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _gone(data: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while processes(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
