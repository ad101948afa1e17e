"""The door under load: how many quotes a second, and how long the slowest take, on a server of its own."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bursar.cli.process import child, end, free_port, granian, wait_for
from bursar.postgres import running

ROOT = Path(__file__).resolve().parents[1]
PEOPLE, EACH, WARM = 4, 250, 25
FIRST = {"edits": [{"edit": "add_product", "product": "support", "plan": "team", "seats": 10}]}
MORE = {"edits": [{"edit": "set_seats", "product": "support", "seats": 12}]}


def report() -> None:
    """Print requests a second and how long they take, beside a row committed to the same database."""
    with served() as (url, port, key):
        caller = Caller(port, key)
        caller.ok("PUT", "/catalog", tomllib.loads((ROOT / "catalogs/demo.toml").read_text(encoding="utf-8")))
        caller.ok("PUT", "/policy", tomllib.loads((ROOT / "policies/standard.toml").read_text(encoding="utf-8")))
        paths = [_account(caller, number) for number in range(PEOPLE)]
        floor = _floor(url)
        with ThreadPoolExecutor(PEOPLE) as pool:
            began = time.perf_counter()
            took = [one for many in pool.map(lambda path: _quotes(port, key, path), paths) for one in many]
            rate = len(took) / (time.perf_counter() - began)
    took.sort()
    print(f"\n{'door':<38} {'per second':>10} {'p50 ms':>8} {'p99 ms':>8}   {'floor: a row committed, p50 ms':<30}")
    middle, slow = (took[int(len(took) * part)] * 1000 for part in (0.5, 0.99))
    print(f"{f'POST /quotes, {PEOPLE} callers':<38} {rate:>10.0f} {middle:>8.1f} {slow:>8.1f}   {floor * 1000:.2f}")


class Caller:
    """One connection that is kept."""

    def __init__(self, port: int, key: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ok(self, method: str, path: str, body: Any) -> Any:
        """The answer to a call, which must succeed."""
        self.connection.request(method, f"/api/v1{path}", json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(text.decode())
        return json.loads(text)


def _account(caller: Caller, number: int) -> str:
    owner = {"name": "Owner", "email": f"owner{number}@example.com"}
    account = {"name": "Load", "account_type": "self_service", "currency": "EUR", "owner": owner}
    path = f"/accounts/{caller.ok('POST', '/accounts', account)['id']}"
    caller.ok("POST", f"{path}/changes", FIRST)
    return path


def _quotes(port: int, key: str, path: str) -> list[float]:
    caller, took = Caller(port, key), []
    for number in range(WARM + EACH):
        began = time.perf_counter()
        caller.ok("POST", f"{path}/quotes", MORE)
        if number >= WARM:
            took.append(time.perf_counter() - began)
    return took


def _floor(url: str) -> float:
    """How long it takes to commit one row of a quote's size."""
    took = []
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE floor_kept (content jsonb)")
        connection.commit()
        for _ in range(300):
            began = time.perf_counter()
            connection.execute("INSERT INTO floor_kept VALUES (%s)", [json.dumps({"filling": "x" * 3000})])
            connection.commit()
            took.append(time.perf_counter() - began)
    return sorted(took)[len(took) // 2]


@contextmanager
def served(**more: str) -> Iterator[tuple[str, int, str]]:
    """The database's address, the port and a key of a server that runs until the block ends."""
    with tempfile.TemporaryDirectory(prefix="bursar-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        with running(home) as server:
            environment = {**os.environ, "DATABASE_URL": server.url, "BURSAR_SECRET_KEY": "only for this server"} | more
            command = [sys.executable, "-m", "bursar.cli", "key", "create", "bench"]
            made = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            port = free_port()
            web = child(granian(port), environment)
            try:
                wait_for(port, [web])
                yield server.url, port, made.stdout.split()[-1]
            finally:
                end([web])
