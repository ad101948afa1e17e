"""A folder in which Bursar was started and stopped before, for tests that are not about its first start."""

import atexit
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from kills import alone


def set_up(home: Path) -> None:
    """Let a folder be as a first start and an orderly stop leave it: a database with all tables, and its secrets."""
    # With owners and rights: PostgreSQL does not run as root, and reads no data that others may write.
    subprocess.run(["cp", "-a", f"{_first()}/.", str(home)], check=True)


@cache
def _first() -> Path:
    """Return such a folder. It is made once in each process of tests, as making all tables takes many seconds."""
    folder = Path(tempfile.mkdtemp(prefix="bursar-first-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o711)
    command = [sys.executable, "-m", "bursar.cli", "key", "list"]
    subprocess.run(command, env=alone(folder), check=True, capture_output=True, timeout=300)
    return folder / "home"
