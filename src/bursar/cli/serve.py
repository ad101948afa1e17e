"""`bursar serve`, `bursar worker`, `bursar migrate`: what runs."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Event
from typing import Any, Final

import click

from bursar.cli.counting import counting
from bursar.cli.home import django, home, ready
from bursar.cli.process import Child, child, end, granian, wait_for
from bursar.core.problem import Problem
from bursar.logs import counters, log

TICK_SECONDS: Final = 1.0
# A signal is lost on a web process that still loads the application; without a limit its server waits for ever.
LIMITS: Final = {"GRANIAN_WORKERS_KILL_TIMEOUT": "5"}


class PortInUse(Problem):
    """The port {port} is in use; stop what uses it, or set BURSAR_PORT to another."""

    code = "port_in_use"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="BURSAR_PORT", default=8000, metavar="PORT")
@click.option("--demo", is_flag=True, help="Load the demo, and print a sign-in link for each of its people.")
def serve(port: int, demo: bool) -> None:
    """Serve pages, API and worker, on PostgreSQL of our own or on DATABASE_URL.

    Example: BURSAR_PORT=8080 bursar serve --demo
    """
    _check_free(port)
    with _until_stopped() as stopped, django(own=True):
        _seal_anew()
        links = _demo() if demo else []
        children: list[Child] = []
        here = {"BURSAR_URL": f"http://localhost:{port}", **counting(home())}
        more = {"BURSAR_DEMO": "1"} if demo else {}
        try:
            for command in (granian(port), _worker()):
                children.append(child(command, {**here, **os.environ, **LIMITS, **more}))
            wait_for(port, children)
            click.echo(f"Bursar is ready: http://localhost:{port}  (data in {home()}; Ctrl-C stops it)")
            for who, path in links:
                click.echo(f"  {who:<58} http://localhost:{port}{path}")
            while not stopped.is_set():
                if any(one.poll() is not None for one in children):
                    raise SystemExit("bursar: a part of the server ended by itself; see above")
                time.sleep(TICK_SECONDS / 4)
        finally:
            if stopped.is_set():
                click.echo("Stopping ...")
            end(children)
            _sweep(children)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now and end.")
@click.option("--parent", type=int, hidden=True, help="End when this process is no longer the parent.")
def worker(once: bool, parent: int | None) -> None:
    """Do what falls due by itself, until stopped.

    Example: DATABASE_URL=postgres://... bursar worker
    """
    with _until_stopped() as stopped:
        ready()
        from django.db import close_old_connections

        while not stopped.is_set() and (parent is None or os.getppid() == parent):
            _turn()
            if once:
                return
            close_old_connections()
            time.sleep(TICK_SECONDS)


@click.command()
def migrate() -> None:
    """Make or update every table.

    Example: DATABASE_URL=postgres://... bursar migrate
    """
    with django():
        click.echo("every table is up to date")


def _turn() -> None:
    """What is due, once, and that it was looked at; a failure is logged and does not end the worker."""
    from bursar.jobs.actions import begin_round, end_round
    from bursar.jobs.clock import run_once

    try:
        began = time.monotonic()
        begin_round(datetime.now(UTC))
        done = failures = 0
        try:
            done = run_once(datetime.now(UTC))
        except ExceptionGroup as group:
            # Each of them is in the log already.
            failures = len(group.exceptions)
        end_round(datetime.now(UTC), failures)
        if done or failures:
            milliseconds = int((time.monotonic() - began) * 1000)
            log.info("a round of the worker", done=done, failures=failures, milliseconds=milliseconds)
    except Exception:
        counters.failures.labels("worker").inc()
        log.exception("a round of the worker failed")


def _worker() -> list[str]:
    return [sys.executable, "-m", "bursar.cli", "worker", "--parent", str(os.getpid())]


def _sweep(children: Sequence[Child]) -> None:
    """End what children have left in their sessions: a web process outlives a server that had to be killed."""
    for one in children:
        with suppress(ProcessLookupError):
            os.killpg(one.pid, signal.SIGKILL)


def _seal_anew() -> None:
    """Bring the secrets of second factors under the present key: this process has the key that signs people in."""
    from bursar.accounts.sealing import seal_anew

    sealed, lost = seal_anew()
    if sealed:
        click.echo(f"Second factors sealed under the present BURSAR_SECRET_KEY: {sealed}")
    if lost:
        click.echo(
            f"Second factors that BURSAR_SECRET_KEY does not read: {lost}. If there was another key before, name it in "
            "BURSAR_SECRET_KEY_FALLBACKS.",
            err=True,
        )


def _demo() -> list[tuple[str, str]]:
    from bursar.cli.demo import load

    return load(datetime.now(UTC))


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise click.ClickException(f"port {port} needs more rights than this user has; 8000 does not") from None
        except OSError:
            raise PortInUse(port=port) from None


@contextmanager
def _until_stopped() -> Iterator[Event]:
    """A block that SIGTERM and Ctrl-C end in the same order, with success; what it gives says that one came.

    The first signal interrupts: a terminal, make or timeout may send more while the block is being left. What is
    interrupted may swallow that, so whoever loops asks as well.
    """
    stopped = Event()

    def stop(number: int, frame: Any) -> None:
        if not stopped.is_set():
            stopped.set()
            raise KeyboardInterrupt

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, stop)
    with suppress(KeyboardInterrupt):
        yield stopped
