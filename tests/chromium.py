"""A Chromium: the system's, or Debian's package where it may be installed."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def launched(playwright: Playwright) -> Browser:
    """It runs, without its own sandbox where it must."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=chromium(), args=sandbox)


def chromium() -> str:
    found = _there()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        # Parallel workers come here at the same moment; the package is installed by one of them.
        with (Path(tempfile.gettempdir()) / "bursar-chromium.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = _there() or _installed()
    if found is None:
        pytest.fail("The tests of the pages need Chromium: install it (Debian: apt install chromium) and run again.")
    return found


def _there() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _installed() -> str | None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command, seconds in ((["update", "-q"], 300), (["install", "-y", "-q", "chromium"], 900)):
        subprocess.run(["apt-get", *command], env=quiet, capture_output=True, timeout=seconds)
    return _there()
