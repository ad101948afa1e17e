"""Start and stop a PostgreSQL server that belongs to one folder.

It listens on a free port of the loopback only, asks for a generated password, and runs as an unprivileged user. It
ends with the process that started it. The next start cleans up after a process that was killed: it stops a server that
was left over, and ignores a stale lock.
"""

import fcntl
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import psycopg

from bursar.postgres import orphans
from bursar.postgres.folder import explain_faults, read_or_make, write_atomically
from bursar.postgres.port import free_port
from bursar.postgres.programs import DATA, SystemUser, home_for, programs, unprivileged_user

USER: Final = "bursar"
DATABASE: Final = "bursar"
START_SECONDS: Final = 60
RECOVERY_SECONDS: Final = 3600
"""After a crash PostgreSQL reads its log again. Killing it meanwhile would only make it begin anew."""
LOCK_SECONDS: Final = 20
LOG_BYTES: Final = 10_000
PASSWORD: Final = "postgres.password"
RESTORE_FILE: Final = "bring back the file that was beside them when they were made"
ATTEMPTS: Final = 3
"""Another program may take a free port before the server does. Three times in a row is no chance."""
QUIET_LOG: Final = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": 0,
    "log_parameter_max_length_on_error": 0,
}
"""Settings that keep statements and values out of PostgreSQL's log.

The sender of a statement that fails gets the error, and logs it without its values. `log` keeps the server's messages
about itself; `terse` leaves out details, which quote rows and, when a process dies, its statement.
"""


class NotStarted(Exception):
    """PostgreSQL did not start; its log says why."""


@dataclass(slots=True)
class Server:
    """A running server; `launch` starts its process, on the same port each time."""

    url: str
    launch: Callable[[], subprocess.Popen[bytes]]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)
    _logged_before: int = field(init=False, default=0)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server, for the first time or again; it answers a little later."""
        self._logged_before = self.log.stat().st_size if self.log.exists() else 0
        self.process = self.launch()
        return self.process

    def answers(self) -> bool:
        """Return True if the server takes a connection."""
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def trouble(self) -> str:
        """Return the last line of its log since it was started, the last fatal error if there is one."""
        with self.log.open("rb") as file:
            file.seek(max(self._logged_before, self.log.stat().st_size - LOG_BYTES))
            lines = [line for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]
        fatal = [line.partition(sign)[2] for line in lines for sign in ("FATAL:", "PANIC:") if sign in line]
        # Fatal for a client that came too early, but no fault of the server.
        telling_lines = [words for words in fatal if "starting up" not in words and "recovery" not in words]
        message = (telling_lines or lines or ["nothing"])[-1].strip()
        return f"Its log says: {message}; see {self.log}."

    def stop(self) -> None:
        """Stop the server in order, disconnecting clients that are left."""
        # PostgreSQL's "fast" shutdown, then "immediate", which leaves a recovery to the next start. A server that
        # recovers from a crash takes no connection and has nothing to write. Asked to stop in order just then,
        # PostgreSQL 18 may wait forever for its own workers; stopped at once, it recovers at the next start.
        orderly = [signal.SIGINT] if self.answers() else []
        for number in (*orderly, signal.SIGQUIT, signal.SIGKILL):
            try:
                self.process.send_signal(number)
                self.process.wait(START_SECONDS)
                return
            except subprocess.TimeoutExpired:
                continue


@contextmanager
def running(home: Path, *, durable: bool = True) -> Iterator[Server]:
    """Run the server of a folder while the block lasts.

    `durable` may be False if nothing needs to survive a loss of power, as in tests.
    Errors: NotStarted, NoPrograms, Unusable.
    """
    with ExitStack() as stack:
        with explain_faults(home):
            home = Path(os.path.realpath(home))
            home.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_lock(home / "postgres.lock"))
            user = unprivileged_user(home)
            server = _start(home_for(home, user) / DATA, programs(user), user, durable)
            stack.callback(server.stop)
        yield server


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Lock the folder for this process; the lock ends with the process, however it ends."""
    with path.open("w") as file:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    message = f"another process uses {path.parent}; stop it, or set BURSAR_HOME to another folder"
                    raise NotStarted(message) from None
                time.sleep(0.1)
        yield


def _start(folder: Path, bin: Path, user: SystemUser | None, durable: bool) -> Server:
    # The present folder may be one that the server's user cannot enter.
    as_user: dict[str, Any] = {"cwd": "/"}
    if user is not None:
        as_user |= {"user": user.uid, "group": user.gid, "extra_groups": []}
    data, log = folder / "data", folder / "log"
    exists = (data / "PG_VERSION").exists()
    password = _password(folder.parent / PASSWORD, exists)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    if user is not None:
        os.chown(folder, user.uid, user.gid)
    if not exists:
        _initialise(folder, data, bin, password, as_user, durable)
    for last in (False,) * (ATTEMPTS - 1) + (True,):
        port = free_port()
        url = f"postgres://{USER}:{quote(password)}@127.0.0.1:{port}/{DATABASE}"
        launch = partial(_launch, log, data, bin, port, durable, as_user)
        server = Server(url, launch, log)
        server.start()
        try:
            if _ready(server, last):
                return server
        # Ctrl-C while it starts must not leave it running.
        except BaseException:
            server.stop()
            raise
    raise NotStarted("no free port")


def _initialise(folder: Path, data: Path, bin: Path, password: str, as_user: dict[str, Any], durable: bool) -> None:
    """Make the data of a new server, aside and then renamed, so that a killed start leaves nothing half made."""
    unfinished, secret = folder / "data.new", folder / "secret"
    subprocess.run(["rm", "-rf", str(unfinished), str(data)], check=True)
    write_atomically(secret, password)
    if "user" in as_user:
        os.chown(secret, as_user["user"], as_user["group"])
    # C.UTF-8 sorts by code points. Other locales may sort differently after an update of the system, and break indexes.
    options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={secret}"]
    if not durable:
        options.append("--no-sync")
    exists = subprocess.run(
        [str(bin / "initdb"), "-D", str(unfinished), "-U", USER, *options],
        capture_output=True,
        text=True,
        preexec_fn=orphans.ends_with_us(signal.SIGTERM),
        **as_user,
    )
    secret.unlink()
    if exists.returncode != 0:
        raise NotStarted(f"initdb failed: {exists.stderr.strip()}")
    unfinished.rename(data)


def _launch(
    log: Path, data: Path, bin: Path, port: int, durable: bool, as_user: dict[str, Any]
) -> subprocess.Popen[bytes]:
    """Start the server's process; end processes of an earlier server in the folder first."""
    orphans.end(data)
    settings: dict[str, object] = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": ""}
    # Each thread of each web process keeps a connection, as do the worker and commands. PostgreSQL's own number is 100.
    settings |= {"max_connections": 200, **QUIET_LOG}
    if sys.platform == "linux":
        # After a crash, one call instead of one for each file, of which there are a thousand.
        settings["recovery_init_sync_method"] = "syncfs"
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    log.touch(mode=0o600)
    log.chmod(0o600)
    with log.open("ab") as output:
        # A session of its own, so that Ctrl-C at the terminal reaches us first and the order of stopping is ours.
        return subprocess.Popen(
            [str(bin / "postgres"), "-D", str(data), *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=orphans.ends_with_us(signal.SIGINT),
            **as_user,
        )


def _ready(server: Server, last: bool) -> bool:
    """Return true once the server answers, false if it ended: it may have lost its port. Errors: NotStarted."""
    begun, patience = time.monotonic(), START_SECONDS
    address = server.url.rsplit("/", 1)[0] + "/postgres"
    while server.process.poll() is None and time.monotonic() < begun + patience:
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
                if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchall():
                    connection.execute(f"CREATE DATABASE {DATABASE}")
                return True
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise NotStarted(f"{PASSWORD} is not the password of these data; {RESTORE_FILE}") from None
            if "starting up" in str(error):
                # After a crash it reads its log again first, which takes as long as there is to read.
                patience = RECOVERY_SECONDS
            time.sleep(0.05)
    if server.process.poll() is None or last:
        raise NotStarted(f"PostgreSQL did not start. {server.trouble()}")
    return False


def _password(path: Path, exists: bool) -> str:
    """Return the password of the server, made before its data are."""
    if exists and not (path.exists() and path.read_text(encoding="ascii")):
        raise NotStarted(f"{path} is missing or empty; {RESTORE_FILE}")
    return read_or_make(path, lambda: secrets.token_urlsafe(24))
