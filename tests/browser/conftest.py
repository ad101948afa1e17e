"""A Chromium: the system's, or Debian's package where it may be installed."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's event loop runs in the thread of the test, which uses the database as any synchronous code does.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        running = playwright.chromium.launch(executable_path=chromium(), args=sandbox)
        yield running
        running.close()


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
