"""Start servers to be measured, on a database with accounts that have a past."""

import os
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from bursar.cli.home import ready
from bursar.cli.process import Child, child, end, granian, wait_for
from bursar.postgres import running
from bursar.postgres.port import free_port

ROOT = Path(__file__).resolve().parents[1]
CALLERS = 8
CHANGED = 40
"""Number of accounts that are changed by turns, so that none gets a history longer than real ones."""
TEAM: dict[str, Any] = {"edit": "add_product", "product": "support", "plan": "team", "seats": 10}
EXTRA = tuple(f"extra_{number}" for number in range(9))


@dataclass(frozen=True, slots=True)
class Served:
    """Bursar and bare Django on one database. `accounts` are ordinary, `large` has ten items and fifty changes."""

    port: int
    floor_port: int
    web: int
    floor: int
    database: int
    key: str
    accounts: tuple[UUID, ...]
    large: UUID
    cookie: str


@contextmanager
def served() -> Iterator[Served]:
    """Start both servers as `bursar serve` starts its own, and end them with the block."""
    with tempfile.TemporaryDirectory(prefix="bursar-bench-") as folder:
        home = Path(folder)
        # If root runs this, PostgreSQL runs as another user, who must pass through to the data.
        home.chmod(0o711)
        # Durable, unlike in tests: what a commit costs is part of what is measured.
        with running(home) as server:
            os.environ |= {"DATABASE_URL": server.url, "BURSAR_SECRET_KEY": "only for this server"}
            os.environ["BURSAR_HOME"] = folder
            ready()
            _migrate()
            key, accounts, large, cookie = _fill()
            web, port = _web({})
            floor, floor_port = _web({"DJANGO_SETTINGS_MODULE": "benchmarks.floor"})
            try:
                yield Served(port, floor_port, web.pid, floor.pid, server.process.pid, key, accounts, large, cookie)
            finally:
                end([web, floor])


def _web(environment: Mapping[str, str]) -> tuple[Child, int]:
    port = free_port()
    web = child(granian(port), {**os.environ, "PYTHONPATH": str(ROOT), **environment})
    wait_for(port, [web])
    return web, port


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor_kept (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, content jsonb)")


def _fill() -> tuple[str, tuple[UUID, ...], UUID, str]:
    """Fill the database; return a key, ordinary accounts, a large one, and the cookie of its owner's session."""
    from bursar.accounts.keys import create_key
    from bursar.catalog.actions import publish as publish_catalog
    from bursar.policy.actions import publish as publish_policy

    now = datetime.now(UTC)
    catalog = tomllib.loads((ROOT / "catalogs/demo.toml").read_text(encoding="utf-8"))
    publish_catalog({**catalog, "products": [*catalog["products"], *map(_extra, EXTRA)]}, by="bench", now=now)
    publish_policy(tomllib.loads((ROOT / "policies/standard.toml").read_text(encoding="utf-8")), by="bench", now=now)
    accounts = tuple(live_account("Load", number, TEAM, now=now) for number in range(CHANGED))
    large = live_account("Load", CHANGED, TEAM, now=now)
    _accept(large, *({"edit": "add_product", "product": code, "plan": "standard", "seats": 9} for code in EXTRA))
    for number in range(42):
        _accept(large, {"edit": "set_seats", "product": EXTRA[number % 6], "seats": 10 + number})
    _accept(large, *({"edit": "set_seats", "product": code, "seats": 1} for code in EXTRA[6:8]))
    return create_key("bench", now=now), accounts, large, _session(large)


def _extra(code: str) -> dict[str, Any]:
    price = {"currency": "EUR", "cycle": "monthly", "per": "seat", "amount": "3.00"}
    plan = {"code": "standard", "name": {"en": "Standard", "fr": "Standard"}, "prices": [price]}
    return {"code": code, "name": {"en": code, "fr": code}, "plans": [plan]}


def live_account(name: str, number: int, *edits: dict[str, Any], now: datetime) -> UUID:
    """Open a self-service account on the real clock at a moment, with an owner of its own; it buys what edits say."""
    from bursar.accounts.actions import open_account
    from bursar.core.money.tax import read_tax_rate
    from bursar.core.policy.policy import VENDOR
    from bursar.policy.queries import current

    account_id = open_account(
        current(),
        name=name,
        account_type="self_service",
        currency="EUR",
        time_zone="Europe/Paris",
        locale="en",
        owner_name="Owner",
        owner_email=f"owner{number}@{name.lower()}.example",
        representative=None,
        sandbox=False,
        clock=None,
        tax=read_tax_rate("0.20"),
        actor=VENDOR,
        now=now,
    )
    _accept(account_id, *edits, now=now)
    return account_id


def _accept(account_id: UUID, *edits: dict[str, Any], now: datetime | None = None) -> None:
    from bursar.checkout import accept
    from bursar.core.policy.policy import VENDOR
    from bursar.core.subscription.edit import read_edits

    accept(account_id, edits=read_edits(list(edits)), actor=VENDOR, now=now or datetime.now(UTC))


def _session(account_id: UUID) -> str:
    from django.conf import settings
    from django.test import Client

    from bursar.identity.models import Person

    client = Client()
    owner = Person.objects.get(email=f"owner{CHANGED}@load.example")
    client.force_login(owner, backend=settings.AUTHENTICATION_BACKENDS[0])
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def first_page(environment: Mapping[str, str], port: int) -> tuple[float, Child]:
    """Start `bursar serve --demo`; return the seconds until its first page, and the process, still serving."""
    import http.client

    began = time.perf_counter()
    serving = child([sys.executable, "-m", "bursar.cli", "serve", "--demo", "--port", str(port)], environment)
    while serving.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                return time.perf_counter() - began, serving
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("bursar serve ended by itself")
