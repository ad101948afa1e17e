"""A backup is taken while the system works, and proved by restoring it."""

import json
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import psycopg
import pytest
from django.db import connection, connections

from api_client import TEAM_10, ApiClient, seats
from set_up import set_up

pytestmark = pytest.mark.django_db(transaction=True)
Run = Callable[..., subprocess.CompletedProcess[str]]


def address(name: str) -> str:
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


@pytest.fixture
def here() -> str:
    """The address of the test's own database."""
    return address(str(connection.settings_dict["NAME"]))


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of a database without any table."""
    name = f"restored_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield address(name)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run(url: str, *arguments: str, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bursar.cli", *arguments]
    return subprocess.run(
        command, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, timeout=120, preexec_fn=before
    )


def relations(url: str) -> int:
    with psycopg.connect(url) as there:
        found = there.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace").fetchone()
    assert found is not None
    return int(found[0])


def test_a_backup_of_a_working_system_is_restored_whole(vendor: None, here: str, empty: str, reachable: Path) -> None:
    api, file, enough, stopped = ApiClient(), reachable / "bursar.dump", Event(), Event()
    path = api.account(sandbox=False, today=None)
    api.take(path, TEAM_10)

    def work() -> int:
        number = 10
        while not stopped.is_set():
            number += 1
            api.take(path, seats(number))
            if number == 12:
                enough.set()
        connections.close_all()
        return number

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        assert enough.wait(60)
        done = run(here, "backup", str(file), "--json")
        stopped.set()
        bought = working.result(60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"file": str(file), "bytes": file.stat().st_size}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in reachable.iterdir()] == ["bursar.dump"]

    restored = run(empty, "restore", str(file))
    assert (restored.returncode, restored.stdout) == (0, f"{file} is restored, and every rule holds\n"), restored.stderr
    with psycopg.connect(empty) as there:
        counted = there.execute("SELECT count(*) FROM subscriptions_change").fetchone()
    assert counted is not None and 3 <= counted[0] <= bought - 9
    doctor = json.loads(run(empty, "doctor", "--deep", "--json").stdout)
    assert doctor["violations"] == []
    assert {one["name"]: one["state"] for one in doctor["checks"]}["tables"] == "ok"

    again = run(empty, "restore", str(file))
    assert again.returncode == 1
    assert again.stderr.startswith("bursar: The database is not empty")


def test_a_file_that_is_there_is_replaced_only_if_that_is_said(here: str, reachable: Path) -> None:
    file = reachable / "bursar.dump"
    file.write_text("mine", encoding="utf-8")
    refused = run(here, "backup", str(file))
    assert (refused.returncode, file.read_text(encoding="utf-8")) == (1, "mine")
    assert refused.stderr == f"bursar: {file} is there already; name another file, or add --force to replace it.\n"
    assert run(here, "backup", str(file), "--force").returncode == 0
    assert file.read_bytes().startswith(b"PGDMP")


def test_a_backup_of_a_newer_version_is_refused_and_nothing_is_restored(here: str, empty: str, reachable: Path) -> None:
    file = reachable / "bursar.dump"
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('notices', '9999_future', now())")
    try:
        assert run(here, "backup", str(file)).returncode == 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_future'")
    refused = run(empty, "restore", str(file))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"bursar: {file} was written by a newer Bursar (notices.9999_future); restore it with that version.\n"
    )
    assert relations(empty) == 0


def test_what_is_no_backup_is_refused_in_words(empty: str, reachable: Path) -> None:
    other = reachable / "other.dump"
    with psycopg.connect(empty, autocommit=True) as there:
        there.execute("CREATE TABLE something (id integer)")
    assert run(empty, "backup", str(other)).returncode == 0
    with psycopg.connect(empty, autocommit=True) as there:
        there.execute("DROP TABLE something")
    text = reachable / "text"
    text.write_text("no dump", encoding="utf-8")
    cut = reachable / "cut"
    cut.write_bytes(other.read_bytes()[:40])
    for file in (text, cut, other):
        refused = run(empty, "restore", str(file))
        assert refused.returncode == 1, refused.stdout
        assert refused.stderr.startswith(f"bursar: {file} cannot be read: it is no backup of Bursar ("), refused.stderr
        assert refused.stderr.count("\n") == 1
    absent = run(empty, "restore", str(reachable / "absent"))
    assert (absent.returncode, absent.stderr.count("\n")) == (1, 1)
    assert relations(empty) == 0


def test_a_backup_that_breaks_off_restores_nothing(here: str, empty: str, reachable: Path) -> None:
    file = reachable / "bursar.dump"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE zz AS SELECT md5(number::text) FROM generate_series(1, 60000) number")
    try:
        assert run(here, "backup", str(file)).returncode == 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE zz")
    whole = file.read_bytes()
    # The list of what is in it stands at the beginning, and is whole.
    file.write_bytes(whole[: len(whole) // 2])
    refused = run(empty, "restore", str(file))
    assert refused.returncode == 1
    assert refused.stderr.startswith("bursar: ") and "Traceback" not in refused.stderr
    assert relations(empty) == 0


def test_without_room_or_right_nothing_is_left_and_it_says_why(here: str, reachable: Path) -> None:
    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    full = run(here, "backup", str(reachable / "bursar.dump"), before=little_room)
    nowhere = run(here, "backup", str(reachable / "absent" / "bursar.dump"))
    for failed in (full, nowhere):
        assert failed.returncode == 1, failed.stdout
        assert "bursar.dump cannot be written: " in failed.stderr
        assert failed.stderr.count("\n") == 1
    assert list(reachable.iterdir()) == []


def test_the_password_stands_on_no_command_line(here: str, reachable: Path) -> None:
    password = os.environ["DATABASE_URL"].split(":")[2].partition("@")[0]
    assert len(password) > 8
    seen, stopped = [], Event()

    def look() -> None:
        while not stopped.is_set():
            for folder in Path("/proc").iterdir():
                if folder.name.isdigit():
                    try:
                        line = (folder / "cmdline").read_bytes()
                    except OSError:
                        continue
                    if b"pg_dump" in line:
                        seen.append(line)

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        assert run(here, "backup", str(reachable / "bursar.dump")).returncode == 0
        stopped.set()
        looking.result(30)
    assert seen
    assert not [line for line in seen if password.encode() in line]


def test_the_embedded_server_is_backed_up_and_restored_too(reachable: Path) -> None:
    own = {name: one for name, one in os.environ.items() if not name.startswith(("DATABASE_URL", "BURSAR", "DJANGO"))}

    def at(home: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bursar.cli", *arguments]
        environment = {**own, "BURSAR_HOME": str(reachable / home)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)

    file = str(reachable / "bursar.dump")
    set_up(reachable / "before")
    assert at("before", "key", "create", "shop").returncode == 0
    assert at("before", "backup", file).returncode == 0
    restored = at("after", "restore", file)
    assert restored.returncode == 0, restored.stderr
    assert "shop" in at("after", "key", "list").stdout
