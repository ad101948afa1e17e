"""Read the address of a database, show it without its secrets, and advise on what its server refuses."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from environ import Env

from bursar.core.messages.problem import Invalid, Phrase, phrase

SCHEMES: Final = ("postgres", "postgresql")
_STRAY_PERCENT: Final = re.compile(r"%(?![0-9a-f]{2})|%00", re.IGNORECASE)
# Signs of messages of PostgreSQL, libpq and the resolver, the more exact ones first. Most have no code: they arise
# before there is a connection.
_CURES: Final = (
    (("password authentication failed", "no password supplied"), "the user or the password in DATABASE_URL is wrong"),
    (("permission denied", "must be owner", "must be superuser"), "let the user of DATABASE_URL own its database"),
    (("does not exist",), "make the database and the user that DATABASE_URL names, or name others"),
    (
        ("could not translate host", "Name or service not known", "resolve host", "No address associated"),
        "the host in DATABASE_URL is unknown here: correct it, or the name service",
    ),
    (("Connection refused", "No such file"), "start PostgreSQL, or correct host and port in DATABASE_URL"),
    (("timeout expired", "timed out"), "see that a firewall lets this machine reach host and port of DATABASE_URL"),
    (
        ("too many clients", "remaining connection slots"),
        "allow more connections in PostgreSQL, or run fewer processes",
    ),
    (("starting up", "shutting down"), "wait a moment; PostgreSQL is starting or stopping"),
    (("no pg_hba.conf entry",), "let this machine in by PostgreSQL's pg_hba.conf"),
    (("SSL", "certificate"), "correct sslmode in DATABASE_URL, or the certificate of the server"),
    (("No space left", "could not extend"), "make room on the disk of PostgreSQL"),
    (("read-only transaction",), "name a server in DATABASE_URL that takes changes"),
    (("connection option", "URI query"), "correct what follows the question mark in DATABASE_URL"),
)


class BadDatabaseAddress(Invalid):
    """DATABASE_URL cannot be read: {wrong}. Write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE, signs such as @, / and % in a password as %40, %2F and %25."""  # noqa: E501

    code = "bad_database_address"


def read(url: str) -> dict[str, Any]:
    """Return Django's settings of a database. Errors: BadDatabaseAddress, which repeats no secret."""
    wrong = _wrong(url)
    if wrong is not None:
        raise BadDatabaseAddress(wrong=wrong)
    config: dict[str, Any] = Env.db_url_config(url)
    if not config["NAME"]:
        raise BadDatabaseAddress(wrong=phrase("it names no database"))
    return config


def place(url: str) -> str:
    """Return host, port and name of a database, without user and password."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"


def cure(message: str) -> str:
    """Return advice on a message of PostgreSQL or of the network."""
    return next((cure for signs, cure in _CURES if any(sign in message for sign in signs)), "read PostgreSQL's log")


def _wrong(url: str) -> Phrase | None:
    """Return why an address cannot be read, in words that repeat nothing of it."""
    try:
        parts = urlsplit(url)
        # libpq takes several hosts with commas between, which is no port for Python.
        several = "," in parts.netloc
        port = None if several else parts.port
    except ValueError:
        return phrase("host or port is none")
    if parts.scheme not in SCHEMES:
        return phrase("it does not begin with postgres://")
    if not url.isprintable():
        return phrase("it holds characters that cannot be seen")
    if _STRAY_PERCENT.search(url):
        return phrase("a % in it is not followed by two digits of a character")
    # Each is a sign of a password whose # / or @ ended a part of the address too early.
    if parts.fragment or "#" in url or "@" in parts.path or port == 0:
        return phrase("a sign in the password or the name is not written with %, or the port is 0")
    return None
