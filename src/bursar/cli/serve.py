"""`bursar serve`, `bursar worker`, `bursar migrate`: what runs."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import click

from bursar.cli.home import django, home, ready
from bursar.core.problem import Problem

TICK_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 15
_PARENT_DEATH: Final = 1


class PortInUse(Problem):
    """The port {port} is in use; stop what uses it, or set BURSAR_PORT to another."""

    code = "port_in_use"


@click.command()
@click.option("--port", type=int, default=lambda: int(os.environ.get("BURSAR_PORT", "8000")), metavar="PORT")
@click.option("--demo", is_flag=True, help="Load the demo, and print a sign-in link for each of its people.")
def serve(port: int, demo: bool) -> None:
    """Serve pages, API and worker, on PostgreSQL of our own or on DATABASE_URL.

    Example: BURSAR_PORT=8080 bursar serve --demo
    """
    _stop_on_signals()
    _check_free(port)
    with django(own=True):
        links = _demo() if demo else []
        children = [_child(_granian(port)), _child([sys.executable, "-m", "bursar.cli", "worker"])]
        try:
            _wait_for(port, children)
            click.echo(f"Bursar is ready: http://localhost:{port}  (data in {home()}; Ctrl-C stops it)")
            for who, path in links:
                click.echo(f"  {who:<58} http://localhost:{port}{path}")
            while all(child.poll() is None for child in children):
                time.sleep(TICK_SECONDS / 4)
            raise SystemExit("bursar: a part of the server ended by itself; see above")
        except KeyboardInterrupt:
            click.echo("Stopping ...")
        finally:
            _end(children)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now and end.")
def worker(once: bool) -> None:
    """Do what falls due by itself, until stopped.

    Example: DATABASE_URL=postgres://... bursar worker
    """
    _stop_on_signals()
    ready()
    from django.db import close_old_connections

    from bursar.jobs.clock import run_once

    parent = os.getppid()
    while os.getppid() == parent:
        try:
            run_once(datetime.now(UTC))
        except KeyboardInterrupt:
            return
        except Exception as failure:
            click.echo(f"bursar worker: {type(failure).__name__}: {failure}", err=True)
            for one in getattr(failure, "exceptions", ()):
                click.echo(f"  {type(one).__name__}: {one}", err=True)
        if once:
            return
        close_old_connections()
        try:
            time.sleep(TICK_SECONDS)
        except KeyboardInterrupt:
            return


@click.command()
def migrate() -> None:
    """Make or update every table.

    Example: DATABASE_URL=postgres://... bursar migrate
    """
    with django():
        click.echo("every table is up to date")


def _demo() -> list[tuple[str, str]]:
    from bursar.cli.demo import load

    return load(datetime.now(UTC))


def _granian(port: int) -> list[str]:
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    options += ["--blocking-threads", "4", "--no-ws", "--log-level", "warning", "--respawn-failed-workers"]
    return [sys.executable, "-m", "granian", *options, "bursar.site.wsgi:application"]


def _child(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """A process that ends with this one, however this one ends."""
    return subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_parent)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGTERM)


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait_for(port: int, children: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + 4 * PATIENCE_SECONDS
    while time.monotonic() < deadline and all(child.poll() is None for child in children):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("bursar: the server did not start; see above")


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortInUse(port=port) from None


def _stop_on_signals() -> None:
    """SIGTERM ends everything in the same order as Ctrl-C."""

    def stop(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
