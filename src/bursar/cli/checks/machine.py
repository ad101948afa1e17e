"""Check the machine, without the database: Python, the folder, the disk, time zones, the settings, the port.

Each check gets the environment as a parameter: `bursar doctor` changes its own while it runs.
"""

import json
import os
import platform
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bursar.cli.checks.check import Check, ok, warning, wrong
from bursar.cli.checks.outside import outside, reached
from bursar.columns.address import BadAddress, sendable
from bursar.notices.mail import VARIABLE, BadMailAddress, mail_route
from bursar.postgres.programs import DATA, data_home

OLDEST: Final = (3, 11)
SCARCE_BYTES: Final = 2 * 2**30
TOO_LITTLE_BYTES: Final = 200 * 2**20
SHORTEST_SECRET: Final = 32
"""As many characters as 128 random bits have in hexadecimal."""
PATIENCE_SECONDS: Final = 3


def machine(home: Path, environment: Mapping[str, str]) -> Iterator[Check]:
    """Yield every check that needs no database."""
    yield python()
    yield folder(home, environment)
    yield disk(home)
    yield time_zones()
    yield secret(home, environment)
    yield from outside(environment)
    yield mail(environment)
    yield port(environment)


def python(version: tuple[int, int] = sys.version_info[:2]) -> Check:
    """Check that the interpreter is new enough."""
    if version < OLDEST:
        return wrong("python", platform.python_version(), "install Python 3.11 or newer, and run make again")
    return ok("python", platform.python_version())


def folder(home: Path, environment: Mapping[str, str]) -> Check:
    """Check that this user can reach the data, and say where they are."""
    try:
        if "DATABASE_URL" in environment:
            return ok("data", "in the database that DATABASE_URL names")
        if home.exists() and not home.is_dir():
            return wrong("data", f"{home} is a file", "set BURSAR_HOME to a folder")
        data = data_home(home) / DATA
        if not data.exists():
            return ok("data", f"none yet; the first start makes them in {home}")
        if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError
        return ok("data", f"in {data}")
    except PermissionError:
        return wrong("data", f"{home} is somebody else's", "run as its owner, or set BURSAR_HOME to another folder")


def disk(home: Path) -> Check:
    """Check that the disk of the data has room for more."""
    try:
        place = data_home(home)
    except PermissionError:
        place = home
    # Before the first start the folder is not there yet; it will be on the disk of the nearest one that is.
    existing = next(path for path in (place, *place.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    finding = f"{free / 2**30:.1f} GiB free at {existing}"
    cure = "make room: without any, PostgreSQL stops"
    if free < TOO_LITTLE_BYTES:
        return wrong("disk", finding, cure)
    return warning("disk", finding, cure) if free < SCARCE_BYTES else ok("disk", finding)


def time_zones() -> Check:
    """Check that this machine knows the names of time zones."""
    cure = "install the time zones of the system (tzdata), or reinstall Bursar's requirements, which hold them"
    try:
        ZoneInfo("Europe/Paris")
    except ZoneInfoNotFoundError:
        return wrong("time zones", "none are known", cure)
    return ok("time zones", f"{len(available_timezones())} known")


def secret(home: Path, environment: Mapping[str, str]) -> Check:
    """Check that sessions are signed with a key that nobody can guess or read."""
    secret_key = environment.get("BURSAR_SECRET_KEY")
    if secret_key is not None:
        if len(secret_key) < SHORTEST_SECRET:
            return wrong(
                "secret key",
                f"BURSAR_SECRET_KEY has only {len(secret_key)} characters",
                f"set it to {SHORTEST_SECRET} random ones or more; everybody signs in again then",
            )
        return ok("secret key", "set by BURSAR_SECRET_KEY")
    path = home / "secret.key"
    try:
        if not path.exists():
            return ok("secret key", f"none yet; the first start makes one in {home}")
        if path.stat().st_mode & 0o077:
            return warning("secret key", f"others can read {path}", f"chmod 600 {path}")
    except PermissionError:
        return wrong("secret key", f"{path} cannot be read", "run as the owner of the folder")
    return ok("secret key", f"kept in {path}")


def mail(environment: Mapping[str, str]) -> Check:
    """Check that emails go out, and say through which server or provider and from which address."""
    cure = f"set {VARIABLE} to a mail server or a provider, as docs/operations.md says"
    if VARIABLE not in environment:
        finding = "none is set: emails stay in the database, and nobody is sent a link to sign in"
        # On one's own machine that is as intended: the pages show the emails, and nobody else waits for a link.
        return warning("mail", finding, cure) if reached(environment) else ok("mail", finding)
    try:
        route = mail_route(environment[VARIABLE])
    except BadMailAddress as problem:
        return wrong("mail", str(problem), cure)
    sender = environment.get("BURSAR_MAIL_FROM", "")
    if not sender or sender.endswith("@localhost"):
        cure = "set BURSAR_MAIL_FROM to an address that the server or provider lets you write from"
        return warning("mail", f"by {route}, but from an address that nobody can answer", cure)
    try:
        sendable(parseaddr(sender)[1])
    except BadAddress as problem:
        return wrong("mail", f"BURSAR_MAIL_FROM: {problem}", "correct it; nothing is sent until then")
    return ok("mail", f"by {route}, from {sender}")


def port(environment: Mapping[str, str]) -> Check:
    """Check that Bursar answers on its port, or could."""
    port_text = environment.get("BURSAR_PORT", "8000")
    if not port_text.isdecimal() or not 1 <= int(port_text) <= 65535:
        return wrong("port", f"BURSAR_PORT is {port_text!r}", "set it to a number from 1 to 65535")
    with socket.socket() as probe:
        probe.settimeout(PATIENCE_SECONDS)
        if probe.connect_ex(("127.0.0.1", int(port_text))) != 0:
            return ok("port", f"{port_text} is free; no pages are served there")
    if _is_ours(int(port_text)):
        return ok("port", f"{port_text}: Bursar answers")
    return wrong("port", f"{port_text} is used by another program", "stop it, or set BURSAR_PORT to another port")


def _is_ours(number: int) -> bool:
    # Without the proxy that http_proxy may name: it would ask its own machine, and not this one.
    direct = build_opener(ProxyHandler({}))
    try:
        with direct.open(f"http://127.0.0.1:{number}/api/v1/openapi.json", timeout=PATIENCE_SECONDS) as answer:
            return bool(json.load(answer)["info"]["title"] == "Bursar")
    except (URLError, OSError, ValueError, KeyError, TypeError):
        return False
