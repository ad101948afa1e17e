"""Find the folder of this machine's Bursar, and the database that a command works on."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bursar.core.messages.problem import Problem
from bursar.postgres import Server, address, running
from bursar.postgres.folder import explain_faults, read_or_make, write_atomically


class NoDatabase(Problem):
    """No database: set DATABASE_URL, or let "bursar serve" start one."""

    code = "no_database"


def home() -> Path:
    """Return the folder of the database and its secrets: BURSAR_HOME, or `var` in the present folder."""
    # Without links, and absolute: messages name the folder as an operator finds it.
    return Path(os.path.realpath(os.environ.get("BURSAR_HOME") or "var"))


@contextmanager
def database(*, own: bool = False) -> Iterator[Server | None]:
    """Provide a database while the block lasts: DATABASE_URL, the one being served from the folder, or one of our own.

    With `own` one is started even if another answers: that one was left behind by a killed process. Yields the server
    that was started, or None. Errors: BadDatabaseAddress.
    """
    served = home() / "database.url"
    if "DATABASE_URL" in os.environ:
        address.read(os.environ["DATABASE_URL"])
        yield None
        return
    with explain_faults(home()):
        url = served.read_text(encoding="utf-8", errors="replace") if served.is_file() else ""
    if url and not own and _answers(url):
        os.environ["DATABASE_URL"] = url
        yield None
        return
    with running(home()) as server:
        os.environ["DATABASE_URL"] = server.url
        # Other commands find the database by this file while it runs: PostgreSQL serves a folder once only.
        with explain_faults(home()):
            write_atomically(served, server.url)
        try:
            yield server
        finally:
            served.unlink(missing_ok=True)


@contextmanager
def django(*, own: bool = False) -> Iterator[Server | None]:
    """Set Django up on a database whose tables are up to date, while the block lasts. Errors: NewerTables."""
    with database(own=own) as server:
        ready()
        from bursar.cli.tables import bring_up_to_date

        bring_up_to_date()
        yield server
        from django.db import connections

        # PostgreSQL would have to cut the connections when it stops, and log each as an error.
        connections.close_all()


def ready() -> None:
    """Set Django up on the database that DATABASE_URL names. Errors: NoDatabase."""
    if "DATABASE_URL" not in os.environ:
        raise NoDatabase()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bursar.site.settings")
    if "BURSAR_SECRET_KEY" not in os.environ:
        os.environ["BURSAR_SECRET_KEY"] = _secret_key()
    import django as framework

    framework.setup()
    from bursar.logs import uncaught

    sys.excepthook = uncaught


def _secret_key() -> str:
    """Return the key that signs sessions, made once and kept: with a new one everybody would have to sign in again."""
    with explain_faults(home()):
        home().mkdir(parents=True, exist_ok=True)
        return read_or_make(home() / "secret.key", lambda: secrets.token_urlsafe(48))


def _answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True
