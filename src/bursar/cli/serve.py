"""`bursar serve`, `bursar worker`, `bursar migrate`: run Bursar."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from threading import Event
from typing import Any, Final

import click

from bursar.cli.counting import counting_variables
from bursar.cli.files import say, warn
from bursar.cli.home import django, home, ready
from bursar.cli.process import child, end, granian, listens
from bursar.cli.supervise import Part, start, sweep, watch
from bursar.core.messages.problem import Problem
from bursar.logs import counters, log
from bursar.postgres import Server
from bursar.postgres.folder import explain_faults, short_of_room
from bursar.postgres.server import RECOVERY_SECONDS

TICK_SECONDS: Final = 1.0
# A signal is lost on a web process that still loads the application; without a limit its server waits for ever.
LIMITS: Final = {"GRANIAN_WORKERS_KILL_TIMEOUT": "5"}


class PortInUse(Problem):
    """The port {port} is in use; stop what uses it, or set BURSAR_PORT to another."""

    code = "port_in_use"


class RoundFailed(Problem):
    """The round failed, wholly or in part; the log above says where. What did not fail is done."""

    code = "round_failed"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="BURSAR_PORT", default=8000, metavar="PORT")
@click.option("--demo", is_flag=True, help="Load the demo, and print a sign-in link for each of its people.")
def serve(port: int, demo: bool) -> None:
    """Serve pages, API and worker, on PostgreSQL of our own or on DATABASE_URL.

    Example: BURSAR_PORT=8080 bursar serve --demo
    """
    _check_free(port)
    with _until_stopped("Stopping ...\n") as stopped, django(own=True) as server:
        # After a new secret key, before it serves: from then on the former key is needed no more.
        _seal_anew()
        links = _demo() if demo else []
        with explain_faults(home()):
            defaults = {"BURSAR_URL": f"http://localhost:{port}", **counting_variables(home())}
        # The operator's own variables overrule the defaults, but not the limits.
        environment = {**defaults, **os.environ, **LIMITS, **({"BURSAR_DEMO": "1"} if demo else {})}
        web = Part("The web server", partial(child, granian(port), environment), partial(listens, port))
        # A worker listens to nothing; that it has not ended is all that can be seen of it.
        worker = Part("The worker", partial(child, _worker_command(), environment), lambda: True)
        try:
            start([web, worker], stopped)
            say(f"Bursar is ready: http://localhost:{port}  (data in {home()}; Ctrl-C stops it)")
            for who, path in links:
                say(f"  {who:<58} http://localhost:{port}{path}")
            watch([*_database(server), web, worker], stopped)
        finally:
            children = [part.child for part in (web, worker) if part.child is not None]
            end(children)
            for process in children:
                sweep(process)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now and end.")
@click.option("--parent", type=int, hidden=True, help="End when this process is no longer the parent.")
def worker(once: bool, parent: int | None) -> None:
    """Renew, collect, remind and send emails as they fall due, until stopped.

    Example: DATABASE_URL=postgres://... bursar worker
    """
    with _until_stopped() as stopped:
        ready()
        from django.db import close_old_connections

        if once:
            _run_single_round(stopped)
            return
        tables_fit = False
        while not stopped.is_set() and (parent is None or os.getppid() == parent):
            # Asked until it is so, and then no more: tables change under a running worker only in a release.
            tables_fit = tables_fit or _tables_fit()
            if tables_fit:
                _run_round(stopped)
            # As Django does after each request: a connection that broke would otherwise fail every later round.
            close_old_connections()
            time.sleep(TICK_SECONDS)


@click.command()
def migrate() -> None:
    """Make or update every table.

    Example: DATABASE_URL=postgres://... bursar migrate
    """
    with django():
        say("every table is up to date")


def _run_single_round(stopped: Event) -> None:
    """Run one round. Errors: RoundFailed, OlderTables, NewerTables; those of a database that does not answer."""
    from bursar.cli.tables import check_tables

    check_tables()
    if not _run_round(stopped):
        raise RoundFailed()


def _run_round(stopped: Event) -> bool:
    """Run one round and record that it ran; return False if something failed, which is logged."""
    from bursar.jobs.actions import begin_round, end_round
    from bursar.jobs.steps import run_once

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
        # A round each second that had nothing to do would fill the log.
        if done or failures:
            milliseconds = int((time.monotonic() - began) * 1000)
            log.info("a round of the worker", done=done, failures=failures, milliseconds=milliseconds)
    # Whatever it was, the next round may succeed: a worker that ends renews and collects nothing at all.
    except Exception:
        if stopped.is_set():
            # A signal in the midst of a statement leaves a connection that takes no other; that is no failure.
            raise
        counters.failures.labels("worker").inc()
        log.exception("a round of the worker failed")
        return False
    return not failures


def _tables_fit() -> bool:
    """Return True if the tables are those of this Bursar, and False if the database does not answer, which is logged.

    Errors: OlderTables, NewerTables.
    """
    from django.db import OperationalError

    from bursar.cli.tables import check_tables

    try:
        check_tables()
    except OperationalError:
        log.exception("the worker waits for the database")
        return False
    return True


def _worker_command() -> list[str]:
    return [sys.executable, "-m", "bursar.cli", "worker", "--parent", str(os.getpid())]


def _database(server: Server | None) -> list[Part]:
    """Return the database as a part that is watched, if it is one of our own."""
    if server is None:
        return []
    return [
        Part(
            "PostgreSQL",
            server.start,
            server.answers,
            held_up=partial(short_of_room, server.log.parent),
            hint=server.trouble,
            patience=RECOVERY_SECONDS,
            child=server.process,
            working_since=time.monotonic(),
        )
    ]


def _seal_anew() -> None:
    """Encrypt stored second factors and links with the present key, which may be a new one."""
    from bursar.identity.sealing import reseal_second_factors
    from bursar.notices.secret import reseal_secrets

    if links := reseal_secrets():
        say(f"Links of emails that wait, sealed under the present BURSAR_SECRET_KEY: {links}")
    sealed, lost = reseal_second_factors()
    if sealed:
        say(f"Second factors sealed under the present BURSAR_SECRET_KEY: {sealed}")
    if lost:
        warn(
            f"Second factors that BURSAR_SECRET_KEY does not read: {lost}. If there was another key before, name it in "
            "BURSAR_SECRET_KEY_FALLBACKS."
        )


def _demo() -> list[tuple[str, str]]:
    from bursar.cli.demo import load

    return load(datetime.now(UTC))


def _check_free(port: int) -> None:
    """Raise PortInUse or ClickException unless the port can be listened on."""
    with socket.socket() as probe:
        # As the web server does: connections of one that has just ended hold the port for another minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise click.ClickException(f"port {port} needs more rights than this user has; 8000 does not") from None
        except OSError:
            raise PortInUse(port=port) from None


@contextmanager
def _until_stopped(message: str = "") -> Iterator[Event]:
    """Run a block that SIGTERM or Ctrl-C end, with success; yield the event that one of them came.

    Only the first signal interrupts: a terminal, make or timeout may send more while the block is being left. Code that
    is interrupted may swallow the exception, so a loop must ask the event as well. `message` is printed at once.
    """
    stopped = Event()

    def stop(number: int, frame: Any) -> None:
        if not stopped.is_set():
            stopped.set()
            with suppress(OSError):
                # Not by print, in the midst of which the signal may have come.
                os.write(1, message.encode())
            raise KeyboardInterrupt

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    def raise_again(ignored: Any) -> None:
        # Python ignores exceptions at some places, such as its own work around a fork: interrupt again a moment later.
        if issubclass(ignored.exc_type, KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, 0.01)
        else:
            sys.__unraisablehook__(ignored)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    signal.signal(signal.SIGALRM, interrupt)
    sys.unraisablehook = raise_again
    try:
        yield stopped
    except KeyboardInterrupt:
        pass
    except BaseException:
        # After a signal other errors are its consequences, such as a child that was interrupted too, and no failures.
        if not stopped.is_set():
            raise
