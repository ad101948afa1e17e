"""Count what one trip through the code costs: depth, calls, files, changes of room and statements.

Uses only what stays the same from version to version (the API, the command line and `bursar.postgres`), so that an
older commit is counted by the same script: `PYTHONPATH=<its src>:. python -m benchmarks.trips`.
"""

import ast
import io
import json
import os
import re
import sys
import tempfile
import tokenize
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("checkout", "scenario")
"""Rooms whose lines are counted, because they grew with every new rule."""


@dataclass(slots=True)
class Trip:
    """Calls into Bursar's own functions while something is done."""

    package: Path
    depth: int = 0
    calls: int = 0
    crossings: int = 0
    statements: int = 0
    files: set[str] = field(default_factory=set)
    _inside: list[str] = field(default_factory=list)

    def profile(self, frame: FrameType, event: str, _: object) -> None:
        """Note a call or a return of one of Bursar's own functions, as `sys.setprofile` tells it."""
        file = frame.f_code.co_filename
        if event not in ("call", "return") or not file.startswith(str(self.package)):
            return
        if frame.f_code.co_name.startswith("<") and frame.f_code.co_name != "<lambda>":
            # Python 3.11 runs a comprehension as a function; a reader sees none.
            return
        if event == "return":
            if self._inside:
                self._inside.pop()
            return
        room = Path(file).relative_to(self.package).parts[0]
        self.calls += 1
        self.crossings += bool(self._inside) and self._inside[-1] != room
        self._inside.append(room)
        self.depth = max(self.depth, len(self._inside))
        self.files.add(file)

    def execute(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """Note a statement on its way to the database, as Django's `execute_wrapper` tells it."""
        # Savepoints come from the test client's own transaction and not from the code.
        self.statements += not sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))
        return execute(sql, *rest)

    def row(self, title: str) -> tuple[str, ...]:
        """Return the figures as a row of a table."""
        counts = self.depth, self.calls, len(self.files), self.crossings, self.statements
        return (title, *map(str, counts))


def trips() -> Iterator[tuple[str, ...]]:
    """Yield a row for each trip: an edit through the API, an approval, a renewal."""
    with in_process() as api:
        # The first of each kind also fills the caches of a process, so the second is counted.
        for _ in range(2):
            account = api.account()
            edit = api.traced(partial(api.post, f"{account}/changes", {"edits": [_set_seats(12)]}))
            request = api.post(f"{account}/requests", {"edits": [_set_seats(14)]}, by=api.email("admin"))
            approval_path = f"{account}/requests/{request['id']}/approve"
            approve = api.traced(partial(api.post, approval_path, {}, by=api.email("owner")))
            renewal = api.traced(partial(_renew, account, api.now + timedelta(days=40)))
    yield edit.row("an edit through the API")
    yield approve.row("an approval through the API")
    yield renewal.row("a renewal")


def sizes() -> Iterator[tuple[str, str]]:
    """Yield what can be counted without running anything: lines of rooms, names and comments per 1,000 lines."""
    package = _package()
    sources = [path.read_text(encoding="utf-8") for path in sorted(package.rglob("*.py"))]
    for room in ROOMS:
        yield f"lines of {room}", str(sum(_lines(path) for path in (package / room).rglob("*.py")))
    lines = sum(source.count("\n") for source in sources) / 1000
    names = {name for source in sources for name in _defined(ast.parse(source))}
    comments = sum(
        token.type == tokenize.COMMENT and not re.match(r"# (noqa|type:)", token.string)
        for source in sources
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
    )
    yield "lines in all", str(round(lines * 1000))
    yield "distinct names per 1,000 lines", f"{len(names) / lines:.0f}"
    yield "comments per 1,000 lines", f"{comments / lines:.1f}"


def _defined(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a module gives to functions, classes, parameters and variables."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name


def _lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def _package() -> Path:
    import bursar

    return Path(bursar.__file__).parent


def _set_seats(number: int) -> dict[str, Any]:
    return {"edit": "set_seats", "product": "support", "seats": number}


def _renew(account: str, now: datetime) -> None:
    from uuid import UUID

    # Older versions have no public face of the room.
    rooms = [import_module(name) for name in ("bursar.checkout", "bursar.checkout.actions")]
    renew = next(room.renew for room in rooms if hasattr(room, "renew"))
    renew(UUID(account), now=now)


@dataclass(slots=True)
class Api:
    """The API as it is called in this process."""

    key: str
    client: Any
    now: datetime
    accounts: int = 0

    def call(self, method: str, path: str, body: Any, by: str | None = None) -> Any:
        content = self.raw(method, path, body, by)
        return json.loads(content) if content else None

    def raw(self, method: str, path: str, body: Any, by: str | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {self.key}"} | ({"Bursar-Actor": by} if by else {})
        data = json.dumps(body).encode()
        address = f"/api/v1/{path}"
        answer = self.client.generic(method, address, data, content_type="application/json", headers=headers)
        if not 200 <= answer.status_code < 300:
            raise RuntimeError(f"{method} {address} answered {answer.status_code}: {answer.content!r}")
        content: bytes = answer.content
        return content

    def post(self, path: str, body: Any, by: str | None = None) -> Any:
        if path.count("/") and not path.startswith("accounts"):
            path = f"accounts/{path}"
        return self.call("POST", path, body, by)

    def email(self, role: str) -> str:
        return f"{role}{self.accounts}@trips.example"

    def account(self) -> str:
        """Open an online-assisted account with ten seats and an admin who asks; return its id."""
        self.accounts += 1
        body = {
            "name": "Trips",
            "account_type": "online_assisted",
            "currency": "EUR",
            "time_zone": "Europe/Paris",
            "owner": {"name": "Owner", "email": self.email("owner")},
        }
        opened: str = self.post("accounts", body)["id"]
        self.post(f"{opened}/members", {"name": "Admin", "email": self.email("admin"), "role": "admin"})
        bought = {"edit": "add_product", "product": "support", "plan": "team", "seats": 10}
        self.post(f"{opened}/changes", {"edits": [bought]})
        return opened

    def traced(self, act: Callable[[], object]) -> Trip:
        from django.db import connection

        trip = Trip(_package())
        with connection.execute_wrapper(trip.execute):
            sys.setprofile(trip.profile)
            try:
                act()
            finally:
                sys.setprofile(None)
        return trip


@contextmanager
def in_process() -> Iterator[Api]:
    """Set up an empty database with the demo's catalog and the standard policy, called in this process."""
    from bursar.postgres import running

    with tempfile.TemporaryDirectory(prefix="bursar-bench-") as folder:
        Path(folder).chmod(0o711)
        with running(Path(folder)) as server:
            os.environ |= {
                "DATABASE_URL": server.url,
                "BURSAR_SECRET_KEY": "only for these trips",
                "BURSAR_HOME": folder,
                "DJANGO_SETTINGS_MODULE": "bursar.site.settings",
            }
            import django

            django.setup()
            from django.core.management import call_command
            from django.test import Client
            from django.test.utils import setup_test_environment

            setup_test_environment()
            call_command("migrate", verbosity=0, interactive=False)
            api = Api(_key(), Client(), datetime.now(UTC))
            for name, file in (("catalog", "catalogs/demo.toml"), ("policy", "policies/standard.toml")):
                text = (_package().parents[1] / file).read_text(encoding="utf-8")
                api.call("PUT", name, tomllib.loads(text))
            yield api


def _key() -> str:
    from click.testing import CliRunner

    from bursar.cli import main

    result = CliRunner().invoke(main, ["key", "create", "trips"], catch_exceptions=False)
    # It is the only long word that is printed.
    return max(result.output.split(), key=len)


if __name__ == "__main__":
    for row in (*trips(), *sizes()):
        print(*row, sep="  ")
