"""A Chromium: the system's, or Debian's package where it may be installed."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Commands, the quickest first: the shell has no windows, and takes half of the others' time for a page."""
PATIENCE_SECONDS = 120
"""How long a page may take on a machine that has much else to do, before a test gives up."""


def launched(playwright: Playwright) -> Browser:
    """It runs, without its own sandbox where it must."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=chromium(), args=sandbox)
    browser.on("context", lambda context: context.set_default_timeout(PATIENCE_SECONDS * 1000))
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    return browser


def chromium() -> str:
    found = _there()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        # Parallel workers come here at the same moment; the package is installed by one of them.
        with (Path(tempfile.gettempdir()) / "bursar-chromium.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = _there() or _installed()
    if found is None:
        pytest.fail(
            "The tests of the pages need Chromium: install it (Debian: apt install chromium-headless-shell) and run again."
        )
    return found


def _there() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _installed() -> str | None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Not every Debian has the shell as a package of its own.
    install = [(["install", "-y", "-q", package], 900) for package in ("chromium-headless-shell", "chromium")]
    for command, seconds in ((["update", "-q"], 300), *install):
        if _there() is None:
            subprocess.run(["apt-get", *command], env=quiet, capture_output=True, timeout=seconds)
    return _there()
