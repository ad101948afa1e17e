"""Which database there is, and whether it answers; if not, what to do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg

from bursar.cli.checks.check import Check, ok, warning, wrong

OLDEST: Final = 15
SCHEMES: Final = ("postgres", "postgresql")
STOPPED: Final = 'start it with "make run" or "bursar serve"; what needs it was left out here'
CURES: Final = (
    (("password authentication failed", "no password supplied"), "the user or the password in DATABASE_URL is wrong"),
    (("does not exist",), "make the database and the user that DATABASE_URL names, or name others"),
    (
        ("could not translate host", "Name or service not known", "resolve host", "No address associated"),
        "the host in DATABASE_URL is unknown here: correct it, or the name service",
    ),
    (("Connection refused",), "start PostgreSQL, or correct host and port in DATABASE_URL"),
    (("timeout expired", "timed out"), "see that a firewall lets this machine reach host and port of DATABASE_URL"),
    (
        ("too many clients", "remaining connection slots"),
        "allow more connections in PostgreSQL, or run fewer processes",
    ),
    (("starting up", "shutting down"), "wait a moment; PostgreSQL is starting or stopping"),
    (("no pg_hba.conf entry",), "let this machine in by PostgreSQL's pg_hba.conf"),
    (("SSL", "certificate"), "correct sslmode in DATABASE_URL, or the certificate of the server"),
)


@dataclass(frozen=True, slots=True)
class Reached:
    """A database that answers, or none, and what was found on the way."""

    url: str | None
    checks: tuple[Check, ...]


def reach(home: Path, environment: Mapping[str, str]) -> Reached:
    """The database that DATABASE_URL names, else the one that is served from the folder; none is started."""
    given = environment.get("DATABASE_URL")
    if given is not None:
        return _named(given)
    try:
        served = (home / "database.url").read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Reached(None, (warning("database", "Bursar is not running here", STOPPED),))
    except PermissionError:
        cure = "run as its owner, or set BURSAR_HOME to another folder"
        return Reached(None, (wrong("database", f"{home} cannot be read", cure),))
    try:
        # The file is empty for a moment while a server starts, and an empty address is that of some other database.
        return Reached(served, tuple(_server(served or "invalid")))
    except psycopg.Error:
        found = "Bursar is not running here; it was killed, not stopped"
        return Reached(None, (warning("database", found, STOPPED),))


def _named(url: str) -> Reached:
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        scheme = ""
    if scheme not in SCHEMES:
        cure = "write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE"
        return Reached(None, (wrong("database", "DATABASE_URL names no PostgreSQL", cure),))
    try:
        return Reached(url, tuple(_server(url)))
    except psycopg.Error as error:
        said = " ".join(str(error).split()) or type(error).__name__
        cure = next((cure for signs, cure in CURES if any(sign in said for sign in signs)), "correct DATABASE_URL")
        return Reached(None, (wrong("database", f"{_place(url)} does not answer: {said}", cure),))


def _server(url: str) -> Iterator[Check]:
    """What the server says of itself. Errors: psycopg.Error when it does not answer."""
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as server:
        version = server.info.server_version
        extension = server.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'btree_gist'").fetchone()
    yield ok("database", f"{_place(url)} answers")
    number = f"{version // 10_000}.{version % 10_000}"
    if version // 10_000 < OLDEST:
        yield wrong("postgresql", number, f"move the data to PostgreSQL {OLDEST} or newer")
    elif not extension or not extension[0]:
        yield wrong(
            "postgresql", f"{number} without btree_gist", "install PostgreSQL's contrib extensions on the server"
        )
    else:
        yield ok("postgresql", number)


def _place(url: str) -> str:
    """Host, port and name of a database, without who asks and how they prove it."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"
