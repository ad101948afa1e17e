"""Find the folder of this machine's Bursar, and the database that a command works on."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bursar.core.messages.problem import Problem
from bursar.postgres import Server, address, running
from bursar.postgres.folder import kept_text, usable, write_whole


class NoDatabase(Problem):
    """No database: set DATABASE_URL, or let "bursar serve" start one."""

    code = "no_database"


def home() -> Path:
    """The folder of the database and its secrets: BURSAR_HOME, or var beside where one stands."""
    return Path(os.path.realpath(os.environ.get("BURSAR_HOME") or "var"))


@contextmanager
def database(*, own: bool = False) -> Iterator[Server | None]:
    """A database for as long as the block lasts: DATABASE_URL, the one being served from here, or one of our own.

    `own` starts one even if another answers, which then is one that a killed process left behind. The block gets the
    server that was started for it, or None. Errors: BadDatabaseAddress.
    """
    served = home() / "database.url"
    if "DATABASE_URL" in os.environ:
        address.read(os.environ["DATABASE_URL"])
        yield None
        return
    with usable(home()):
        url = served.read_text(encoding="utf-8", errors="replace") if served.is_file() else ""
    if url and not own and _answers(url):
        os.environ["DATABASE_URL"] = url
        yield None
        return
    with running(home()) as server:
        os.environ["DATABASE_URL"] = server.url
        with usable(home()):
            write_whole(served, server.url)
        try:
            yield server
        finally:
            served.unlink(missing_ok=True)


@contextmanager
def django(*, own: bool = False) -> Iterator[Server | None]:
    """Django on the database, with every table made. Errors: NewerTables."""
    with database(own=own) as server:
        ready()
        from bursar.cli.tables import bring_up_to_date

        bring_up_to_date()
        yield server
        from django.db import connections

        connections.close_all()


def ready() -> None:
    """Django on the database that DATABASE_URL names. Errors: NoDatabase."""
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
    """The key that signs sessions, made once and kept."""
    with usable(home()):
        home().mkdir(parents=True, exist_ok=True)
        return kept_text(home() / "secret.key", lambda: secrets.token_urlsafe(48))


def _answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True
