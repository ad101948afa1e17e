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

END_SECONDS: Final = 15
START_SECONDS: Final = 60
MOST_WORKERS: Final = 4
"""Each process has threads and database connections of its own; the worker and PostgreSQL need processors too."""
MOST_HEADER_BYTES: Final = 65536

Child = subprocess.Popen[bytes]


def granian(port: int) -> list[str]:
    """Return the command that serves pages and API on a port of the loopback."""
    # The loopback alone: whatever encrypts the way to people stands before it. See docs/decisions/0027-server.md.
    options = ["--interface", "asginl", "--host", "127.0.0.1", "--port", str(port)]
    options += ["--workers", str(min(os.cpu_count() or 1, MOST_WORKERS))]
    # No HTTP/2 and no web sockets: nothing here uses them, and each is another way in.
    options += ["--http", "1", "--no-ws", "--http1-buffer-size", str(MOST_HEADER_BYTES)]
    options += ["--log-level", "warning", "--respawn-failed-workers"]
    if os.environ.get("BURSAR_LOG") == "json":
        options += ["--log-config", str(Path(logs.__file__).with_name("granian.json"))]
    return [sys.executable, "-m", "granian", *options, "--factory", "bursar.site.served:application"]


def child(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Child:
    """Start a process that ends with this one, however this one ends."""
    # In a session of its own, so that Ctrl-C at a terminal reaches this process alone, which ends the others in order.
    return subprocess.Popen(command, env=environment, start_new_session=True, preexec_fn=ends_with_us(signal.SIGTERM))


def pipe(command: Sequence[str]) -> Child:
    """Start such a process; what it prints is read here."""
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, start_new_session=True, preexec_fn=ends_with_us(signal.SIGTERM)
    )


def end(children: Sequence[Child]) -> None:
    """Ask processes to end, and kill those that do not in time."""
    for process in children:
        if process.poll() is None:
            process.terminate()
    for process in children:
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


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
