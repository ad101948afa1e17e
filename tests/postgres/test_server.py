"""The embedded server starts, keeps its data, and recovers from being killed."""

import os
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from bursar.postgres import running
from bursar.postgres.programs import home_for, unprivileged

HOLD = """
import pathlib, sys, time
from bursar.postgres import running
with running(pathlib.Path(sys.argv[1])) as server:
    print(server.url, server.process.pid, flush=True)
    time.sleep(300)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o711)
    return tmp_path / "home"


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


def gone(pid: int) -> bool:
    for _ in range(200):
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


def test_a_server_that_outlived_its_owner_is_stopped_first(home: Path) -> None:
    holder, url, pid = held(home)
    ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    holder.kill()
    holder.wait()
    with running(home, durable=False) as server:
        assert server.process.pid != pid
        assert gone(pid)
        assert ask(server.url, "SELECT answer FROM kept") == [(42,)]


def test_two_starts_at_once_follow_one_another(home: Path) -> None:
    def turn(_: int) -> object:
        with running(home, durable=False) as server:
            return ask(server.url, "SELECT 1")

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(turn, range(2))) == [[(1,)], [(1,)]]


def test_nobody_enters_without_the_password_and_only_its_owner_reads_it(home: Path) -> None:
    with running(home, durable=False) as server, pytest.raises(psycopg.OperationalError, match="password"):
        ask(server.url.replace("postgres://bursar:", "postgres://bursar:x"), "SELECT 1")
    secret = home_for(home, unprivileged()) / "postgres.password"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


@pytest.mark.usefixtures("home")
def test_a_folder_that_its_user_cannot_enter_is_replaced_by_one_that_it_can(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    account = unprivileged()
    found = home_for(closed / "home", account)
    assert account is None or account.may("-x", found)
