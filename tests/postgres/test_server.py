"""The embedded server starts, keeps its data, and recovers from being killed."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bursar.postgres import orphans, port, running
from bursar.postgres.port import free_port
from bursar.postgres.programs import SystemUser, home_for, programs, unprivileged_user

HOLD = """
import pathlib, sys, time
from bursar.postgres import running
with running(pathlib.Path(sys.argv[1])) as server:
    print(server.url, server.process.pid, flush=True)
    time.sleep(300)
"""


@pytest.fixture
def home(reachable: Path) -> Path:
    return reachable / "home"


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(statement)
        return found.fetchall() if found.description else []


def held(home: Path) -> tuple[subprocess.Popen[str], str, int]:
    """A server held by a process of its own."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    url, pid = holder.stdout.readline().split()
    return holder, url, int(pid)


def as_server(home: Path) -> dict[str, Any]:
    """How a process is started as the user that the server of a folder runs as."""
    user = unprivileged_user(home)
    return {"cwd": "/"} | ({} if user is None else {"user": user.uid, "group": user.gid, "extra_groups": []})


def launched(home: Path) -> subprocess.Popen[bytes]:
    """A server of the folder that nobody owns, once it answers."""
    data = home / "postgres" / "data"
    command = [str(programs(unprivileged_user(home)) / "postgres"), "-D", str(data), "-c", "unix_socket_directories="]
    command += ["-c", f"port={free_port()}"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **as_server(home))
    while "ready" not in ((data / "postmaster.pid").read_text() if (data / "postmaster.pid").exists() else ""):
        assert process.poll() is None
        time.sleep(0.05)
    return process


def gone(pid: int) -> bool:
    for _ in range(1200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_data_is_kept_from_one_start_to_the_next(home: Path) -> None:
    with running(home, durable=False) as server:
        ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert gone(server.process.pid)
    with running(home, durable=False) as server:
        assert ask(server.url, "SELECT answer FROM kept") == [(42,)]


def test_a_start_after_everything_was_killed_recovers(home: Path) -> None:
    holder, url, pid = held(home)
    ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    holder.kill()
    os.kill(pid, signal.SIGKILL)
    holder.wait()
    assert gone(pid)
    with running(home, durable=False) as server:
        assert ask(server.url, "SELECT answer FROM kept") == [(42,)]


def test_a_server_ends_with_the_process_that_started_it(home: Path) -> None:
    holder, _, pid = held(home)
    holder.kill()
    holder.wait()
    assert gone(pid)


def test_a_server_that_outlived_its_owner_is_stopped_first(home: Path) -> None:
    with running(home, durable=False) as server:
        ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    outlived = launched(home)
    with running(home, durable=False) as server:
        assert outlived.wait(60) == 0
        assert ask(server.url, "SELECT answer FROM kept") == [(42,)]


def test_a_query_that_outlived_its_server_does_not_keep_the_next_from_starting(home: Path) -> None:
    with running(home, durable=False) as server, ThreadPoolExecutor(1) as pool:
        endless = pool.submit(ask, server.url, "SELECT count(*) FROM generate_series(1, 1000000000000)")
        while not ask(
            server.url, "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query ~ 'generate_series'"
        )[1:]:
            time.sleep(0.05)
        server.process.kill()
        server.process.wait()
        orphans.end(home / "postgres" / "data")
        with pytest.raises(psycopg.OperationalError):
            endless.result()
    with running(home, durable=False) as server:
        assert ask(server.url, "SELECT 1") == [(1,)]


def test_a_process_that_got_the_number_of_a_server_long_gone_is_left_alone(home: Path) -> None:
    with running(home, durable=False):
        pass
    bystander = subprocess.Popen(["sleep", "60"], **as_server(home))
    stale = home / "postgres" / "data" / "postmaster.pid"
    stale.write_text(f"{bystander.pid}\n{stale.parent}\n1\n5432\n\n127.0.0.1\n\nready\n")
    with running(home, durable=False) as server:
        assert ask(server.url, "SELECT 1") == [(1,)]
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_two_starts_at_once_follow_one_another(home: Path) -> None:
    def turn(_: int) -> object:
        with running(home, durable=False) as server:
            return ask(server.url, "SELECT 1")

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(turn, range(2))) == [[(1,)], [(1,)]]


def test_nobody_enters_without_the_password_and_only_its_owner_reads_it(home: Path) -> None:
    with running(home, durable=False) as server, pytest.raises(psycopg.OperationalError, match="password"):
        ask(server.url.replace("postgres://bursar:", "postgres://bursar:x"), "SELECT 1")
    secret = home_for(home, unprivileged_user()) / "postgres.password"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_what_the_servers_user_cannot_enter_is_kept_where_it_can(reachable: Path) -> None:
    home = reachable / "closed" / "home"
    home.parent.mkdir(mode=0o700)
    with running(home, durable=False) as server:
        ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    with running(home, durable=False) as server:
        assert ask(server.url, "SELECT answer FROM kept") == [(42,)]
    if unprivileged_user() is not None:
        elsewhere = Path((home / "postgres.where").read_text().strip())
        assert elsewhere == home_for(home, unprivileged_user()) != home
        shutil.rmtree(elsewhere)


def test_data_stays_its_owners_when_root_starts_the_server(home: Path) -> None:
    with running(home, durable=False):
        pass
    root = os.geteuid() == 0
    if root:
        subprocess.run(["chown", "-R", "12345:12345", str(home / "postgres")], check=True)
    with running(home, durable=False) as server:
        assert ask(server.url, "SELECT 1") == [(1,)]
    # Whoever is not root runs the server as themselves.
    assert unprivileged_user(home) == (SystemUser(12345, 12345) if root else None)


def crash(url: str, statement: str = "SELECT pg_sleep(300)") -> None:
    """Kill a process of the server in the middle of a statement, so that the server starts again by itself."""
    with psycopg.connect(url, autocommit=True) as dying, ThreadPoolExecutor(1) as pool:
        pid = dying.info.backend_pid
        waiting = pool.submit(dying.execute, statement)
        asked = f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid} AND state = 'active' AND query ~ 'pg_sleep'"
        while not ask(url, asked):
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(psycopg.Error):
            waiting.result(60)


def test_a_server_that_recovers_from_a_crash_is_stopped_without_a_second_signal(home: Path) -> None:
    for _ in range(6):
        with running(home, durable=False) as server:
            crash(server.url)
    written = server.log.read_text(encoding="utf-8")
    requests = re.findall(r"received \w+ shutdown request|starting PostgreSQL", written)
    starts = [line.startswith("starting") for line in requests]
    assert starts.count(True) == starts.count(False) == 6, requests


def test_no_value_of_a_statement_stands_in_its_log_and_only_its_owner_reads_it(home: Path) -> None:
    with running(home, durable=False) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (secret text UNIQUE, number integer)")
            connection.execute("INSERT INTO kept VALUES ('marked-1', 1)")
            for failing, values in (
                ("INSERT INTO kept VALUES ('marked-1', 1)", None),
                ("INSERT INTO kept VALUES (%s, %s)", ["marked-1", 2]),
                ("INSERT INTO kept VALUES (%s, 'marked-3'::integer)", ["marked-2"]),
                ("SELECT 'marked-4' FROM nowhere", None),
                ("DO $$BEGIN RAISE WARNING 'marked-5'; RAISE EXCEPTION 'marked-6'; END$$", None),
            ):
                with pytest.raises(psycopg.Error):
                    connection.execute(failing, values)
        # When a process dies, the server says at which statement.
        crash(server.url, "SELECT pg_sleep(300), 'marked-7'")
    log = home_for(home, unprivileged_user(home)) / "postgres" / "log"
    written = log.read_text(encoding="utf-8")
    assert "was terminated by signal 9" in written
    assert "marked" not in written
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((log.parent / "data").stat().st_mode) == 0o700


def test_a_port_that_is_used_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        taken, free = used.getsockname()[1], free_port()
        monkeypatch.setattr(port, "PORTS", (taken, taken, taken, free))
        assert {free_port() for _ in range(5)} == {free}
    assert free in range(20_000, 30_000), "outgoing connections are given ports above"
