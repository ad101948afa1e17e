"""Starting and upgrading, as an operator meets it: what goes wrong is one sentence, and the next start works."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg
import pytest

from bursar.accounts.models import Account, Member
from bursar.cli.demo import load
from bursar.cli.demo_lives import LIVES
from bursar.identity.models import Person

Environment = dict[str, str]
ELSEWHERE: Final = "set BURSAR_HOME to another folder"


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The address of a database without any table."""
    url = os.environ["DATABASE_URL"]
    name = f"starting_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield f"{url.rpartition('/')[0]}/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def begun(environment: Environment, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bursar.cli", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The status of a process, and everything that it said."""
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in out + err, out + err
    return process.returncode, out + err


def run(environment: Environment, *arguments: str) -> tuple[int, str]:
    return ended(begun(environment, *arguments))


def test_several_that_migrate_at_once_follow_one_another(environment: Environment, empty_database: str) -> None:
    environment["DATABASE_URL"] = empty_database
    at_once = [begun(environment, "migrate") for _ in range(3)]
    answers = [ended(process) for process in at_once]
    assert [status for status, _ in answers] == [0, 0, 0], answers
    assert all("every table is up to date" in said for _, said in answers)
    with psycopg.connect(empty_database) as server:
        twice = server.execute("SELECT app, name FROM django_migrations GROUP BY 1, 2 HAVING count(*) > 1").fetchall()
        assert twice == []
        # Nobody keeps the lock, and the next Bursar finds tables that a newer one made.
        server.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '9999_later', now())")
        server.commit()
    for arguments in (("migrate",), ("serve",), ("worker", "--once"), ("worker",), ("key", "list")):
        status, said = run(environment, *arguments)
        assert status == 1, (arguments, said)
        assert "made by a newer Bursar (accounts.9999_later); install that version" in said, arguments
        assert "is ready" not in said


def test_a_worker_does_not_work_on_tables_that_lack_something(environment: Environment, empty_database: str) -> None:
    status, said = run({**environment, "DATABASE_URL": empty_database}, "worker")
    assert status == 1
    assert 'run "bursar migrate" first' in said


@pytest.mark.django_db(transaction=True)
def test_a_demo_that_was_changed_or_made_by_an_older_bursar_starts(vendor: None) -> None:
    now = datetime.now(UTC)
    before = load(now)
    northwind = Account.objects.get(name="Northwind Bank")
    Member.objects.filter(account=northwind, name="Sam Okafor").update(removed_at=now)
    Person.objects.filter(email="ingrid@northwind.example").update(email="ingrid.solberg@elsewhere.example")
    Member.objects.filter(account=northwind, name="Priya Raman").update(role="agent")
    again = load(now)
    assert len(before) == sum(len(life.everybody()) for life in LIVES) + 4
    expected = [who for who, _ in before if who != "Sam Okafor, agent of Northwind Bank"]
    assert [who for who, _ in again] == [who.replace("Raman, admin of N", "Raman, agent of N") for who in expected]


@contextmanager
def read_only(home: Path) -> Iterator[None]:
    """A folder in which nothing can be written: on a disk of its own for root, whom no permission holds back."""
    home.mkdir()
    root = os.geteuid() == 0 and not subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", str(home)]).returncode
    if not root:
        home.chmod(0o500)
    try:
        yield
    finally:
        if root:
            subprocess.run(["umount", str(home)], check=True)
        home.chmod(0o700)


def test_a_folder_in_which_nothing_can_be_kept_is_told_in_a_sentence(environment: Environment) -> None:
    home = Path(environment["BURSAR_HOME"])
    with read_only(home):
        for arguments in (("serve",), ("key", "list")):
            status, said = run(environment, *arguments)
            assert status == 1
            assert said.startswith(
                f"bursar: {home}" if os.geteuid() else f"bursar: the disk of {home} can only be read"
            )
            assert said.count("\n") == 1
        url = os.environ["DATABASE_URL"]
        status, said = run({**environment, "DATABASE_URL": url}, "worker")
        assert (status, said.count("\n")) == (1, 1), said
    home.rmdir()
    home.write_text("a file")
    for place in (home, home / "below"):
        status, said = run({**environment, "BURSAR_HOME": str(place)}, "serve")
        assert status == 1
        assert said == f"bursar: {place} is or lies below a file, where a folder was expected; {ELSEWHERE}\n"
    status, said = run(environment, "doctor")
    assert (status, f"{home} is a file" in said) == (1, True)


def test_files_that_a_crash_left_empty_are_made_again_or_asked_for(environment: Environment) -> None:
    home = Path(environment["BURSAR_HOME"])
    home.mkdir()
    home.chmod(0o711)
    for name in ("secret.key", "database.url", "postgres.password"):
        (home / name).touch(mode=0o600)
    assert run(environment, "key", "list")[0] == 0
    secret = home / "secret.key"
    assert len(secret.read_text()) >= 32
    assert secret.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in home.iterdir() if not path.name.startswith("postgres")) == ["secret.key"]
    [password] = Path(environment["BURSAR_HOME"]).parent.rglob("postgres.password")
    for wrong in ("", "another"):
        password.write_text(wrong)
        status, said = run(environment, "key", "list")
        assert status == 1
        assert "bring back the file" in said


def served(home: Path, pid: int) -> bool:
    return (home / "database.url").exists()


MOMENTS: Final[dict[str, Callable[[Path, int], bool]]] = {
    "while the program is loaded": lambda home, pid: "libpq" in Path(f"/proc/{pid}/maps").read_text(),
    # Whoever looks too late to see it being made sees that it was made.
    "while a new cluster is made": lambda home, pid: any(
        (home / "postgres" / name / "base").exists() for name in ("data.new", "data")
    ),
    "when it was made": lambda home, pid: (home / "postgres" / "data" / "PG_VERSION").exists(),
    "while PostgreSQL starts": lambda home, pid: (home / "postgres" / "data" / "postmaster.pid").exists(),
    "while tables are made": served,
}


def test_a_start_that_is_interrupted_ends_in_a_word_and_the_next_works(environment: Environment) -> None:
    home = Path(environment["BURSAR_HOME"])
    home.mkdir()
    home.chmod(0o711)
    turns = [(name, 0.0) for name in MOMENTS] + [("while tables are made", delay) for delay in (0.7, 2.0)]
    for name, delay in turns:
        process = begun(environment, "serve")
        while not MOMENTS[name](home, process.pid):
            assert process.poll() is None, name
            time.sleep(0.005)
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        status, said = ended(process)
        assert (status, said) in ((0, "Stopping ...\n"), (1, "bursar: stopped\n")), name
    assert run(environment, "key", "list")[0] == 0


BETWEEN: Final = """
import os, signal
from django.db.backends.signals import connection_created
from bursar.cli.home import django

def record(execute, sql, params, many, context):
    apart = not context["connection"].in_atomic_block
    if apart and sql.startswith('INSERT INTO "django_migrations"'):
        os.kill(os.getpid(), signal.SIGINT)
    return execute(sql, params, many, context)

connection_created.connect(lambda connection, **_: connection.execute_wrappers.append(record), weak=False)
try:
    with django(own=True):
        print("not interrupted")
except KeyboardInterrupt:
    print("interrupted")
"""


def test_a_migration_is_not_interrupted_before_it_is_written_down(environment: Environment) -> None:
    command = [sys.executable, "-c", BETWEEN]
    asked = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=110)
    assert asked.stdout == "interrupted\n", asked.stderr
    assert run(environment, "key", "list")[0] == 0


SWALLOWED: Final = """
import os, signal, time
from bursar.cli.serve import _until_stopped

def interrupted():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0)

os.register_at_fork(before=interrupted)
with _until_stopped():
    if os.fork() == 0:
        os._exit(0)
    time.sleep(60)
    print("went on")
print("ended")
"""


def test_ctrl_c_where_python_lets_nothing_rise_comes_a_moment_later(environment: Environment) -> None:
    command = [sys.executable, "-c", SWALLOWED]
    asked = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=50)
    assert (asked.stdout, asked.stderr) == ("ended\n", "")


def test_a_part_that_cannot_start_ends_everything_with_its_name(installed: Environment) -> None:
    status, said = run({**installed, "GRANIAN_BACKLOG": "none such"}, "serve")
    assert status == 1
    assert said.strip().splitlines()[-1].startswith("bursar: The web server did not start. What it said stands above.")
