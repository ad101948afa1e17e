"""End processes whose parent was killed: our own by a signal of the kernel, those of a database server by searching."""

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
"""PR_SET_PDEATHSIG. Source: prctl(2)."""
_C: Final = ctypes.CDLL(None)
_ORDERLY_SECONDS: Final = 30
_AT_ONCE_SECONDS: Final = 10


def ends_with_us(number: signal.Signals) -> Callable[[], None]:
    """Ask the kernel for a signal when the parent process ends; a child calls this before its program starts."""
    parent = os.getpid()

    def before() -> None:
        end_with_parent(number)
        # The parent may have ended before the kernel was asked; then no signal will come.
        if os.getppid() != parent:
            os._exit(1)

    return before


def end_with_parent(number: signal.Signals) -> None:
    """Ask the kernel to signal this process when its parent ends; on other systems than Linux nothing changes."""
    if sys.platform == "linux":
        _C.prctl(_PARENT_DEATH, int(number))


def end(data: Path) -> None:
    """End every process of a server that still works in a data folder, and remove the stale lock of one that is gone.

    Only processes seen to belong to the folder are signalled: the number in postmaster.pid may be anybody's by now.
    """
    postmaster = _noted_postmaster(data)
    if postmaster in processes(data):
        # In order first: a server that stops in order need not read its log again at the next start.
        for number, seconds in ((signal.SIGINT, _ORDERLY_SECONDS), (signal.SIGQUIT, _AT_ONCE_SECONDS)):
            _signal(postmaster, number)
            if _wait_until_gone(data, seconds):
                return
    # Without a postmaster nothing ends a query that computes, and the next server refuses to start beside it.
    for pid in processes(data):
        _signal(pid, signal.SIGKILL)
    # The number now belongs to another program. PostgreSQL would take that for a running server and not start.
    if _wait_until_gone(data, _AT_ONCE_SECONDS) and postmaster is not None and _alive(postmaster):
        (data / "postmaster.pid").unlink(missing_ok=True)


def processes(data: Path) -> set[int]:
    """Return the numbers of the server processes of a data folder, which all have it as their working directory."""
    if sys.platform != "linux":
        return _postmaster(data)
    numbers = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            # Processes end while we look, and those of other users may be closed to us.
            with suppress(OSError):
                if (entry / "comm").read_text().strip() == "postgres" and (entry / "cwd").readlink() == data:
                    numbers.add(int(entry.name))
    return numbers


def _postmaster(data: Path) -> set[int]:
    """Return the process that was started on the folder, on systems where no working directory can be asked for."""
    listed = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True).stdout
    lines = (line.split(maxsplit=1) for line in listed.splitlines())
    return {int(line[0]) for line in lines if len(line) == 2 and f"/postgres -D {data} " in line[1]}


def _noted_postmaster(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _alive(pid: int) -> bool:
    try:
        # Signal 0 is checked and not sent.
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _wait_until_gone(data: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while processes(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
