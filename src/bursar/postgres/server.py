"""Starting and stopping a PostgreSQL server that belongs to one folder.

It listens on a free port of the loopback only, asks for a generated password, and runs as an unprivileged user. It
ends with the process that started it. The next start cleans up after whatever was killed: a server left over is
stopped, a stale lock is none.
"""

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import psycopg

from bursar.postgres import orphans
from bursar.postgres.programs import DATA, Account, home_for, programs, unprivileged

USER: Final = "bursar"
DATABASE: Final = "bursar"
PATIENCE_SECONDS: Final = 60
LOCK_SECONDS: Final = 20
ATTEMPTS: Final = 3


SILENT: Final = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": 0,
    "log_parameter_max_length_on_error": 0,
}
"""What keeps statements and values out of PostgreSQL's log.

A statement that fails is told to whoever sent it, who logs it without its values. `log` leaves what the server says of
itself; terse leaves out the details, which quote rows and, when a process dies, the statement that it was at.
"""


class NotStarted(Exception):
    """PostgreSQL did not start; its log says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it in order, disconnecting whoever is left."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            try:
                self.process.send_signal(number)
                self.process.wait(PATIENCE_SECONDS)
                return
            except subprocess.TimeoutExpired:
                continue


@contextmanager
def running(home: Path, *, durable: bool = True) -> Iterator[Server]:
    """The server of a folder, running for as long as the block does.

    `durable` may be False where nothing needs to survive a loss of power, as in tests. Errors: NotStarted, NoPrograms.
    """
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    with _lock(home / "postgres.lock"):
        account = unprivileged(home)
        server = _start(home_for(home, account) / DATA, programs(account), account, durable)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """One process at a time owns the folder; the lock ends with the process, however it ends."""
    try:
        file = path.open("w")
    except PermissionError:
        message = f"{path.parent} is somebody else's; run as its owner, or set BURSAR_HOME to another folder"
        raise NotStarted(message) from None
    with file:
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


def _start(folder: Path, bin: Path, account: Account | None, durable: bool) -> Server:
    as_user: dict[str, Any] = {"cwd": "/"}
    if account is not None:
        as_user |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    data, password = folder / "data", _password(folder.parent / "postgres.password")
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    if not (data / "PG_VERSION").exists():
        _initialise(folder, data, bin, password, as_user, durable)
    orphans.end(data)
    for last in (False,) * (ATTEMPTS - 1) + (True,):
        port = _free_port()
        url = f"postgres://{USER}:{quote(password)}@127.0.0.1:{port}/{DATABASE}"
        server = Server(url, _launch(folder, data, bin, port, durable, as_user))
        try:
            if _ready(server.process, url, folder / "log", last):
                return server
        except BaseException:
            server.stop()
            raise
    raise NotStarted("no free port")


def _initialise(folder: Path, data: Path, bin: Path, password: str, as_user: dict[str, Any], durable: bool) -> None:
    """A new cluster, made aside and moved into place, so that a killed start leaves nothing half made."""
    aside, secret = folder / "data.new", folder / "secret"
    subprocess.run(["rm", "-rf", str(aside), str(data)], check=True)
    secret.write_text(password, encoding="ascii")
    secret.chmod(0o600)
    if "user" in as_user:
        os.chown(secret, as_user["user"], as_user["group"])
    options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={secret}"]
    if not durable:
        options.append("--no-sync")
    made = subprocess.run(
        [str(bin / "initdb"), "-D", str(aside), "-U", USER, *options],
        capture_output=True,
        text=True,
        preexec_fn=orphans.ends_with_us(signal.SIGTERM),
        **as_user,
    )
    secret.unlink()
    if made.returncode != 0:
        raise NotStarted(f"initdb failed: {made.stderr.strip()}")
    aside.rename(data)


def _launch(
    folder: Path, data: Path, bin: Path, port: int, durable: bool, as_user: dict[str, Any]
) -> subprocess.Popen[bytes]:
    settings: dict[str, object] = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": ""}
    settings |= {"max_connections": 200, **SILENT}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    path = folder / "log"
    path.touch(mode=0o600)
    path.chmod(0o600)
    with path.open("ab") as log:
        # A session of its own, so that Ctrl-C at the terminal reaches us first and the order of stopping is ours.
        return subprocess.Popen(
            [str(bin / "postgres"), "-D", str(data), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=orphans.ends_with_us(signal.SIGINT),
            **as_user,
        )


def _ready(process: subprocess.Popen[bytes], url: str, log: Path, last: bool) -> bool:
    """Whether the server answers; one that ended at once may have lost its port to somebody else."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with psycopg.connect(url.rsplit("/", 1)[0] + "/postgres", autocommit=True, connect_timeout=5) as server:
                if not server.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchall():
                    server.execute(f"CREATE DATABASE {DATABASE}")
                return True
        except psycopg.OperationalError:
            time.sleep(0.05)
    if process.poll() is None or last:
        raise NotStarted(f"PostgreSQL did not start; see {log}")
    return False


def _password(path: Path) -> str:
    if not path.exists() or not path.read_text(encoding="ascii"):
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24), encoding="ascii")
    return path.read_text(encoding="ascii")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
