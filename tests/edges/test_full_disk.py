"""A disk without room: what cannot be written is refused whole, and work goes on when there is room again."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kills import KINDS, Lived
from set_up import set_up

SIZE_MB = 420
"""Of the disk that root mounts: so large that `bursar doctor` finds room enough when it is not filled."""
MOST_CALLS = 600


@pytest.fixture
def mounted(environment: dict[str, str]) -> Iterator[bool]:
    """Whether the folder lies on a small disk of its own, as it does where the rights allow it."""
    home = environment["BURSAR_HOME"]
    Path(home).mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=0711", "none", home]
    mounted = os.geteuid() == 0 and subprocess.run(mount).returncode == 0
    yield mounted
    if mounted:
        subprocess.run(["umount", "--lazy", home], check=True)


@pytest.fixture
def lived(environment: dict[str, str], mounted: bool) -> Iterator[Lived]:
    set_up(Path(environment["BURSAR_HOME"]))
    server = Lived(environment, clients=1, renewing=1)
    server.start()
    yield server
    if server.served is not None and server.served.poll() is None:
        server.stop()


FILLING_SECONDS = 120
"""How long it may take until PostgreSQL needs room that is not there: pieces of its log that it has already are used first."""


@contextmanager
def filled(home: Path) -> Iterator[None]:
    """The small disk, full to its last byte."""
    filler = home / "filler"
    try:
        with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
            while file.write(bytes(1 << 16)):
                pass
        yield
    finally:
        filler.unlink()


def limit(lived: Lived) -> None:
    """Let PostgreSQL as it stands write no file beyond 16 kB, as if there were no room; when started again it may."""
    pids = [pid for kind in KINDS[:3] for pid in lived.processes(kind)]
    owner = Path(f"/proc/{pids[0]}").stat()
    as_owner: dict[str, Any] = (
        {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    )
    command = ["prlimit", "--fsize=16384:", "--pid"]
    for pid in pids:
        # One that has just ended needs no limit.
        subprocess.run([*command, str(pid)], capture_output=True, check=False, **as_owner)


def until_refused(lived: Lived) -> None:
    """Change something until a change is not taken."""
    [account] = lived.working
    for _ in range(MOST_CALLS):
        if not lived.change(account):
            return
    raise AssertionError(lived.report())


def test_without_room_nothing_is_half_done_and_with_room_it_goes_on(lived: Lived, mounted: bool) -> None:
    limit(lived)
    until_refused(lived)
    lived.until_back(lived.most)
    assert lived.change(lived.working[0])
    if mounted:
        # Connections that are there go on being used; a new one would need room.
        with psycopg.connect(lived.database(), autocommit=True) as connection, filled(lived.home):
            until_refused(lived)
            # When it must begin another piece of its log, and there is no room for it, PostgreSQL stops.
            deadline = time.monotonic() + FILLING_SECONDS
            while "PostgreSQL waits: the disk of" not in lived.said():
                assert time.monotonic() < deadline, lived.said()
                for statement in ("pg_switch_wal()", "pg_logical_emit_message(true, 'full', repeat('disk', 100000))"):
                    with suppress(psycopg.Error):
                        connection.execute(f"SELECT {statement}")
                time.sleep(0.1)
            assert lived.served is not None and lived.served.poll() is None
        lived.until_back(lived.most)
        assert lived.change(lived.working[0])
    lived.check()
    assert lived.stop() == 0
