"""Find the database, and check that it answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from bursar.cli.checks.check import Check, ok, warning, wrong
from bursar.postgres import address

OLDEST: Final = 15
EXTENSIONS: Final = ("btree_gist", "pg_trgm")
"""The oldest PostgreSQL that Bursar runs on. Source: docs/operations.md."""
FORM: Final = "write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE, signs such as @ in a password as %40"
STOPPED: Final = 'start it with "make run" or "bursar serve"; what needs it was left out here'


@dataclass(frozen=True, slots=True)
class Reached:
    """The database that answers, if any, and the checks made on the way."""

    url: str | None
    checks: tuple[Check, ...]


def reach(home: Path, environment: Mapping[str, str]) -> Reached:
    """Return the database that DATABASE_URL names, else the one that is served from the folder. None is started."""
    database_url = environment.get("DATABASE_URL")
    if database_url is not None:
        return _named(database_url)
    try:
        served = (home / "database.url").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return Reached(None, (warning("database", "Bursar is not running here", STOPPED),))
    except PermissionError:
        cure = "run as its owner, or set BURSAR_HOME to another folder"
        return Reached(None, (wrong("database", f"{home} cannot be read", cure),))
    try:
        # The file is empty for a moment while a server starts, and an empty address is that of some other database.
        return Reached(served, tuple(_server(served or "invalid")))
    except psycopg.Error:
        finding = "Bursar is not running here; it was killed, not stopped"
        return Reached(None, (warning("database", finding, STOPPED),))


def _named(url: str) -> Reached:
    try:
        address.read(url)
    except address.BadDatabaseAddress as problem:
        finding = f"DATABASE_URL cannot be read: {problem.params['wrong']}"
        return Reached(None, (wrong("database", finding, FORM),))
    try:
        return Reached(url, tuple(_server(url)))
    except psycopg.Error as error:
        error_text = " ".join(str(error).split()) or type(error).__name__
        return Reached(
            None, (wrong("database", f"{address.place(url)} does not answer: {error_text}", address.cure(error_text)),)
        )


def _server(url: str) -> Iterator[Check]:
    """Check the server's version and its extensions. Errors: psycopg.Error when it does not answer."""
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as server:
        version = server.info.server_version
        rows = server.execute("SELECT name FROM pg_available_extensions WHERE name = ANY(%s)", [list(EXTENSIONS)])
        missing = sorted({*EXTENSIONS} - {name for (name,) in rows.fetchall()})
    yield ok("database", f"{address.place(url)} answers")
    number = f"{version // 10_000}.{version % 10_000}"
    if version // 10_000 < OLDEST:
        yield wrong("postgresql", number, f"move the data to PostgreSQL {OLDEST} or newer")
    elif missing:
        cure = "install PostgreSQL's contrib extensions on the server"
        yield wrong("postgresql", f"{number} without {' and '.join(missing)}", cure)
    else:
        yield ok("postgresql", number)
