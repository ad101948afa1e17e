"""One throw-away PostgreSQL server for a whole run of tests, unless DATABASE_URL names one."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import environ
import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import translation
from pytest_django.fixtures import Settings

from bursar.postgres import running
from emptied import rows_deleted
from kills import alone
from set_up import SHARED, set_up, share

LONG: Final = (
    "test_tour",
    "test_scenarios",
    "test_kills",
    "test_every_door",
    "test_lives_at_random_system",
    "test_full_disk",
    "test_starting",
    "test_made_up_calls",
    "test_odd_bytes",
    "test_refusals",
    "test_serve",
    "test_backup",
    "test_attempts",
)
"""Files with tests that take ten seconds and more, the longest first."""
# A machine that has much else to do may take long over a single example, and that is no fault.
hypothesis.settings.register_profile("bursar", deadline=None)
hypothesis.settings.load_profile("bursar")
_stack = ExitStack()
# A run that ends before it is configured, by a wrong option for one, is never unconfigured.
atexit.register(_stack.close)


def _start() -> None:
    """While conftest is imported, before Django reads its settings; parallel workers inherit the address."""
    # A server that a test starts in a thread must not hold the test's database when it is to go.
    os.environ.setdefault("BURSAR_CONN_MAX_AGE", "0")
    if SHARED not in os.environ:
        _stack.callback(shutil.rmtree, share(), ignore_errors=True)
    if "DATABASE_URL" in os.environ:
        return
    home = Path(tempfile.mkdtemp(prefix="bursar-tests-"))
    _stack.callback(shutil.rmtree, home, ignore_errors=True)
    home.chmod(0o711)
    os.environ["DATABASE_URL"] = _stack.enter_context(running(home, durable=False)).url
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        # Tables are small here: starting processes that help to read them costs ten times as much as reading them.
        connection.execute("ALTER ROLE CURRENT_USER SET max_parallel_workers_per_gather = 0")
    if settings.configured:
        # In a run without parallel workers pytest-django has read them before this file.
        settings.DATABASES["default"] |= {**environ.Env().db("DATABASE_URL"), "CONN_MAX_AGE": 0}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests come first, so that no worker waits for one of them at the end.

    Before them stay those that commit nothing: pytest-django lets them find the database as migrations leave it.
    """

    def turn(item: pytest.Item) -> int:
        marker = item.get_closest_marker("django_db")
        fixtures: list[str] = getattr(item, "fixturenames", [])
        commits = marker is None or marker.kwargs.get("transaction") or "transactional_db" in fixtures
        if not commits:
            return -1
        return LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG)

    items.sort(key=turn)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The server ends with the run that started it."""
    _stack.close()


_start()


@pytest.fixture(scope="session", autouse=True)
def _quickly() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched, rows_deleted():
        # Django's own number makes each password cost a third of a second, here for nothing.
        patched.setattr(PBKDF2PasswordHasher, "iterations", 1_000)
        yield


@pytest.fixture(autouse=True)
def _built_in_gateway(settings: Settings) -> None:
    """Connect the built-in gateway alone, so that no test changes when another one is added to the settings."""
    settings.GATEWAYS = {"sandbox": "bursar.gateways.sandbox.Sandbox"}


@pytest.fixture(autouse=True)
def _default_language() -> Iterator[None]:
    """Forget the language of the last page that a test read; Django keeps it for the thread."""
    yield
    translation.deactivate()


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that every user of the machine can enter; pytest's own are closed to a server that is not root."""
    folder = Path(tempfile.mkdtemp(prefix="bursar-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def environment(reachable: Path) -> dict[str, str]:
    """That of an operator on a machine where nothing was set up yet: a folder and a port of its own, and no database."""
    return alone(reachable)


@pytest.fixture
def installed(environment: dict[str, str]) -> dict[str, str]:
    """That of an operator whose Bursar was started and stopped before."""
    set_up(Path(environment["BURSAR_HOME"]))
    return environment


@pytest.fixture
def vendor(transactional_db: None) -> None:
    """What migrations make, there again after tests that emptied every table."""
    import factory

    factory.seller()
