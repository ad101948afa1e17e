"""Where this machine's Bursar keeps its things, and how a command reaches the database."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bursar.core.problem import Problem
from bursar.postgres import running


class NoDatabase(Problem):
    """No database: set DATABASE_URL, or let "bursar serve" start one."""

    code = "no_database"


def home() -> Path:
    """The folder of the database and its secrets: BURSAR_HOME, or var beside where one stands."""
    return Path(os.environ.get("BURSAR_HOME", "var")).resolve()


@contextmanager
def database(*, own: bool = False) -> Iterator[None]:
    """A database for as long as the block lasts: DATABASE_URL, the one being served from here, or one of our own.

    `own` starts one even if another answers, which then is one that a killed process left behind.
    """
    served = home() / "database.url"
    if "DATABASE_URL" in os.environ:
        yield
    elif not own and served.exists() and _answers(served.read_text(encoding="utf-8")):
        os.environ["DATABASE_URL"] = served.read_text(encoding="utf-8")
        yield
    else:
        with running(home()) as server:
            os.environ["DATABASE_URL"] = server.url
            served.touch(mode=0o600)
            served.write_text(server.url, encoding="utf-8")
            try:
                yield
            finally:
                served.unlink(missing_ok=True)


@contextmanager
def django(*, own: bool = False) -> Iterator[None]:
    """Django on the database, with every table made."""
    with database(own=own):
        ready()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        yield
        from django.db import connections

        connections.close_all()


def ready() -> None:
    """Django on the database that DATABASE_URL names. Errors: NoDatabase."""
    if "DATABASE_URL" not in os.environ:
        raise NoDatabase()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bursar.site.settings")
    os.environ.setdefault("BURSAR_SECRET_KEY", _secret_key())
    import django as framework

    framework.setup()
    from bursar.logs import uncaught

    sys.excepthook = uncaught


def _secret_key() -> str:
    """The key that signs sessions, made once and kept."""
    home().mkdir(parents=True, exist_ok=True)
    path = home() / "secret.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii")


def _answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
