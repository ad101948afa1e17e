"""Check the machine, without the database: Python, the folder, the disk, time zones, the settings, the port."""

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
from bursar.postgres.programs import DATA, placed

OLDEST: Final = (3, 11)
SCARCE_BYTES: Final = 2 * 2**30
TOO_LITTLE_BYTES: Final = 200 * 2**20
SHORTEST_SECRET: Final = 32
PATIENCE_SECONDS: Final = 3


def machine(home: Path, environment: Mapping[str, str]) -> Iterator[Check]:
    """Every check that needs no database."""
    yield python()
    yield folder(home, environment)
    yield disk(home)
    yield time_zones()
    yield secret(home, environment)
    yield from outside(environment)
    yield mail(environment)
    yield port(environment)


def python(version: tuple[int, int] = sys.version_info[:2]) -> Check:
    """Whether the interpreter is new enough."""
    if version < OLDEST:
        return wrong("python", platform.python_version(), "install Python 3.11 or newer, and run make again")
    return ok("python", platform.python_version())


def folder(home: Path, environment: Mapping[str, str]) -> Check:
    """Say where the data lie, and if this user can reach them."""
    try:
        if "DATABASE_URL" in environment:
            return ok("data", "in the database that DATABASE_URL names")
        if home.exists() and not home.is_dir():
            return wrong("data", f"{home} is a file", "set BURSAR_HOME to a folder")
        data = placed(home) / DATA
        if not data.exists():
            return ok("data", f"none yet; the first start makes them in {home}")
        if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError
        return ok("data", f"in {data}")
    except PermissionError:
        return wrong("data", f"{home} is somebody else's", "run as its owner, or set BURSAR_HOME to another folder")


def disk(home: Path) -> Check:
    """Whether there is room for more."""
    try:
        place = placed(home)
    except PermissionError:
        place = home
    there = next(one for one in (place, *place.parents) if one.exists())
    left = shutil.disk_usage(there).free
    found = f"{left / 2**30:.1f} GiB free at {there}"
    cure = "make room: without any, PostgreSQL stops"
    if left < TOO_LITTLE_BYTES:
        return wrong("disk", found, cure)
    return warning("disk", found, cure) if left < SCARCE_BYTES else ok("disk", found)


def time_zones() -> Check:
    """Whether the names of time zones are known here."""
    cure = "install the time zones of the system (tzdata), or reinstall Bursar's requirements, which hold them"
    try:
        ZoneInfo("Europe/Paris")
    except ZoneInfoNotFoundError:
        return wrong("time zones", "none are known", cure)
    return ok("time zones", f"{len(available_timezones())} known")


def secret(home: Path, environment: Mapping[str, str]) -> Check:
    """Whether sessions are signed with a key that nobody can guess or read."""
    given = environment.get("BURSAR_SECRET_KEY")
    if given is not None:
        if len(given) < SHORTEST_SECRET:
            return wrong(
                "secret key",
                f"BURSAR_SECRET_KEY has only {len(given)} characters",
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
    """Say if emails go out, through which server or provider and from which address."""
    cure = f"set {VARIABLE} to a mail server or a provider, as docs/operations.md says"
    if VARIABLE not in environment:
        found = "none is set: emails stay in the database, and nobody is sent a link to sign in"
        return warning("mail", found, cure) if reached(environment) else ok("mail", found)
    try:
        way = mail_route(environment[VARIABLE])
    except BadMailAddress as problem:
        return wrong("mail", str(problem), cure)
    sender = environment.get("BURSAR_MAIL_FROM", "")
    if not sender or sender.endswith("@localhost"):
        cure = "set BURSAR_MAIL_FROM to an address that the server or provider lets you write from"
        return warning("mail", f"by {way}, but from an address that nobody can answer", cure)
    try:
        sendable(parseaddr(sender)[1])
    except BadAddress as problem:
        return wrong("mail", f"BURSAR_MAIL_FROM: {problem}", "correct it; nothing is sent until then")
    return ok("mail", f"by {way}, from {sender}")


def port(environment: Mapping[str, str]) -> Check:
    """Whether Bursar answers on its port, or could."""
    given = environment.get("BURSAR_PORT", "8000")
    if not given.isdecimal() or not 1 <= int(given) <= 65535:
        return wrong("port", f"BURSAR_PORT is {given!r}", "set it to a number from 1 to 65535")
    with socket.socket() as probe:
        probe.settimeout(PATIENCE_SECONDS)
        if probe.connect_ex(("127.0.0.1", int(given))) != 0:
            return ok("port", f"{given} is free; no pages are served there")
    if _is_ours(int(given)):
        return ok("port", f"{given}: Bursar answers")
    return wrong("port", f"{given} is used by another program", "stop it, or set BURSAR_PORT to another port")


def _is_ours(number: int) -> bool:
    direct = build_opener(ProxyHandler({}))
    try:
        with direct.open(f"http://127.0.0.1:{number}/api/v1/openapi.json", timeout=PATIENCE_SECONDS) as answer:
            return bool(json.load(answer)["info"]["title"] == "Bursar")
    except (URLError, OSError, ValueError, KeyError, TypeError):
        return False
