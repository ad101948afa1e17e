"""Processes that a command starts and ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bursar import logs
from bursar.postgres.orphans import ends_with_us

PATIENCE_SECONDS: Final = 15
START_SECONDS: Final = 60
MOST_WORKERS: Final = 4
MOST_HEADER_BYTES: Final = 65536

Child = subprocess.Popen[bytes]


def granian(port: int) -> list[str]:
    """The command that serves pages and API on a port of the loopback."""
    options = ["--interface", "asginl", "--host", "127.0.0.1", "--port", str(port)]
    options += ["--workers", str(min(os.cpu_count() or 1, MOST_WORKERS))]
    options += ["--http", "1", "--no-ws", "--http1-buffer-size", str(MOST_HEADER_BYTES)]
    options += ["--log-level", "warning", "--respawn-failed-workers"]
    if os.environ.get("BURSAR_LOG") == "json":
        options += ["--log-config", str(Path(logs.__file__).with_name("granian.json"))]
    return [sys.executable, "-m", "granian", *options, "--factory", "bursar.site.served:application"]


def child(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Child:
    """A process that ends with this one, however this one ends."""
    return subprocess.Popen(command, env=environment, start_new_session=True, preexec_fn=ends_with_us(signal.SIGTERM))


def end(children: Sequence[Child]) -> None:
    """End processes in order, and hard if they do not."""
    for one in children:
        if one.poll() is None:
            one.terminate()
    for one in children:
        try:
            one.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()


def wait_for(port: int, children: Sequence[Child]) -> None:
    """Wait until something listens on the port. Errors: SystemExit if nothing does in time."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and all(child.poll() is None for child in children):
        if listens(port):
            return
        time.sleep(0.05)
    raise SystemExit("bursar: the server did not start; see above")


def listens(port: int) -> bool:
    """Return True if something takes connections on a port of the loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
