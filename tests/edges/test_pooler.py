"""Bursar behind PgBouncer in transaction mode: all of it runs, and nothing stays on a connection for the next client."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import pgbouncer
from bursar.postgres.port import free_port

installed = pytest.mark.skipif(
    pgbouncer.PROGRAM is None, reason="pgbouncer is not installed here; on Debian: apt install pgbouncer"
)
FILES = Path(__file__).resolve().parents[2]
OUTLIVES = re.compile(
    r"\.iterator\(|SET SESSION|pg_(try_)?advisory_lock|\bLISTEN\b|\bTEMP(ORARY)? |set_config\([^)]*false"
)
"""What outlives its statement or transaction on a connection: a cursor, a setting, a lock, a table."""
Environment = dict[str, str]
TEAM = {"edit": "add_product", "product": "support", "plan": "team", "seats": 10}
ACCOUNT = {
    "name": "Pooled",
    "account_type": "online_assisted",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "owner": {"name": "Olga", "email": "olga@pooled.example"},
    "sandbox": True,
    "today": "2026-01-10",
}


@pytest.fixture
def behind(environment: Environment, reachable: Path) -> Iterator[Environment]:
    """The environment of a Bursar whose database, an empty one, is reached through PgBouncer."""
    name, url = f"pooled_{os.getpid()}", os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            with pgbouncer.pooled(reachable, f"{url.rpartition('/')[0]}/{name}") as address:
                kept = "true" if pgbouncer.keeps_plans() else "false"
                yield {**environment, "DATABASE_URL": address, "BURSAR_PREPARE": kept, "BURSAR_PORT": str(free_port())}
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run(environment: Environment, *arguments: str, status: int = 0) -> str:
    command = [sys.executable, "-m", "bursar.cli", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == status, done.stdout + done.stderr
    assert pgbouncer.left_behind(environment["DATABASE_URL"]) == {}, arguments
    return done.stdout + done.stderr


def call(environment: Environment, key: str, method: str, path: str, body: Any = None) -> Any:
    import http.client

    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    client = http.client.HTTPConnection("127.0.0.1", int(environment["BURSAR_PORT"]), timeout=60)
    client.request(method, f"/api/v1/{path}", None if body is None else json.dumps(body), headers)
    answer = client.getresponse()
    text = answer.read()
    client.close()
    assert 200 <= answer.status < 300, (method, path, text)
    return json.loads(text) if text else None


@installed
def test_tables_are_made_accounts_live_and_the_doctor_looks_behind_a_pooler(behind: Environment) -> None:
    run(behind, "migrate")
    run(behind, "catalog", "apply", str(FILES / "catalogs/demo.toml"))
    run(behind, "policy", "apply", str(FILES / "policies/standard.toml"))
    key = json.loads(run(behind, "key", "create", "pooled", "--json"))["key"]
    server = subprocess.Popen(
        [sys.executable, "-m", "bursar.cli", "serve"], env=behind, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        assert any("is ready" in line for line in server.stdout)
        account = f"accounts/{call(behind, key, 'POST', 'accounts', ACCOUNT)['id']}"
        call(behind, key, "POST", f"{account}/changes", {"edits": [TEAM]})
        run(behind, "doctor")
        for seats in range(11, 11 + 3 * pgbouncer.CONNECTIONS):
            edit = {"edit": "set_seats", "product": "support", "seats": seats}
            call(behind, key, "POST", f"{account}/quotes", {"edits": [edit]})
            call(behind, key, "POST", f"{account}/changes", {"edits": [edit]})
        call(behind, key, "POST", f"{account}/clock", {"to": "2026-04-10"})
        assert len(call(behind, key, "GET", f"{account}/invoices")["items"]) > 3
        assert "olga@pooled.example" in run(behind, "export", "person", "olga@pooled.example")
        run(behind, "worker", "--once")
        assert "0 wrong" in run(behind, "doctor", "--deep")
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


@installed
def test_a_backup_is_refused_through_a_pooler(behind: Environment) -> None:
    run(behind, "migrate")
    assert "leads to a pooler" in run(behind, "backup", str(Path(behind["BURSAR_HOME"]) / "dump"), status=1)


def test_no_code_but_a_migration_leaves_something_on_a_connection() -> None:
    for path in (FILES / "src/bursar").rglob("*.py"):
        if "migrations" not in path.parts:
            found = OUTLIVES.search(path.read_text(encoding="utf-8"))
            assert found is None, (path, found)
