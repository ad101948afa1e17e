"""A folder in which Bursar was started and stopped before, for tests that are not about its first start."""

import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from kills import alone

SHARED: Final = "TESTS_SHARED"
"""The variable that names the folder which the processes of a run of tests share."""


def set_up(home: Path) -> None:
    """Let a folder be as a first start and an orderly stop leave it: a database with all tables, and its secrets."""
    # With owners and rights: PostgreSQL does not run as root, and reads no data that others may write.
    subprocess.run(["cp", "-a", f"{_first()}/.", str(home)], check=True)


def share() -> Path:
    """Make an empty folder for what all processes of a run of tests make once; they find it by the environment."""
    folder = Path(tempfile.mkdtemp(prefix="bursar-first-"))
    folder.chmod(0o711)
    os.environ[SHARED] = str(folder)
    return folder


def _first() -> Path:
    """Return such a folder. It is made once in a run of tests, as making all tables takes many seconds."""
    shared = Path(os.environ[SHARED])
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = shared / "made"
        if not made.exists():
            command = [sys.executable, "-m", "bursar.cli", "key", "list"]
            subprocess.run(command, env=alone(shared), check=True, capture_output=True, timeout=300)
            made.touch()
    return shared / "home"
