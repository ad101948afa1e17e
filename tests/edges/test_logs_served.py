"""Marked secrets go through everything that a served Bursar answers; none stands in what its processes write down."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bursar.postgres.programs import home_for, unprivileged

MARK = "marked"
PAGES = (
    f"/sign-in/{MARK}-link",
    f"/invitation/{MARK}-invitation",
    f"/session/{MARK}-session",
    f"/sign-in/password/abc-{MARK}-key",
    f"/sign-in/with/sso/back?code={MARK}&state={MARK}",
    f"/accounts/{MARK}",
    f"/{MARK}?token={MARK}",
    f"/static/{MARK}.css?{MARK}",
    f"/api/v1/{MARK}?{MARK}",
    "/me",
)
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'marked-raised %', NEW USING DETAIL = 'marked-detail'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON notices_told FOR EACH ROW EXECUTE FUNCTION refuse();
"""


class Served:
    """A Bursar that logs as JSON to a file, reached over a socket byte by byte."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home, self.log = home, home.parent / "log"
        own = {
            name: one for name, one in os.environ.items() if not name.startswith(("DATABASE_URL", "BURSAR", "DJANGO"))
        }
        self.environment = {**own, "BURSAR_HOME": str(home), "BURSAR_PORT": str(self.port), "BURSAR_LOG": "json"}
        command = [sys.executable, "-m", "bursar.cli", "serve"]
        with self.log.open("wb") as file:
            self.process = subprocess.Popen(command, env=self.environment, stdout=file, stderr=file)
        self.wait_for("is ready")

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + 60
        while text not in self.log.read_text(encoding="utf-8"):
            assert time.monotonic() < deadline, self.log.read_text(encoding="utf-8")
            time.sleep(0.05)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]

    def send(self, method: str, target: str, body: str = "", **headers: str) -> tuple[int, str]:
        said = {"Host": "localhost", "Connection": "close", "Content-Length": str(len(body.encode())), **headers}
        head = "".join(f"{name.replace('_', '-')}: {one}\r\n" for name, one in said.items())
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            wire.sendall(f"{method} {target} HTTP/1.1\r\n{head}\r\n{body}".encode())
            answer = b"".join(iter(lambda: wire.recv(65536), b"")).decode(errors="replace")
        return int(answer.split()[1]), answer

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "bursar.cli", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True).stdout

    def database(self) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect((self.home / "database.url").read_text(encoding="utf-8"), autocommit=True)


@pytest.fixture
def served(reachable: Path) -> Iterator[Served]:
    found = Served(reachable / "home")
    yield found
    found.process.send_signal(signal.SIGTERM)
    found.process.wait(30)


def feed(served: Served, key: str) -> None:
    """Everything that can be sent, with marks in it."""
    cookies = {"Cookie": f"sessionid={MARK}{'a' * 26}; csrftoken={MARK}", "Referer": f"http://localhost/{MARK}"}
    for page in PAGES:
        for method in ("GET", "POST", "MARKED"):
            served.send(method, page, f"email={MARK}%40{MARK}.example", **cookies)
    served.send("GET", "/", Host=f"{MARK}.example")
    served.send("POST", "/sign-in", f"login={MARK}@{MARK}.example&password={MARK}", **cookies)
    served.send("GET", f"/api/v1/accounts?{MARK}", Authorization=f"Bearer bursar_{MARK}")
    bearer = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    for actor in (f"{MARK}@{MARK}.example", MARK):
        served.send("GET", "/api/v1/accounts", Bursar_Actor=actor, **bearer)
    served.send("POST", "/api/v1/accounts", json.dumps({"name": MARK}), Idempotency_Key=MARK, **bearer)
    served.send("PUT", "/api/v1/policy", json.dumps({MARK: MARK}), **bearer)


def test_no_secret_that_is_fed_to_it_stands_in_any_of_its_logs(served: Served) -> None:
    for room, file in (("catalog", "catalogs/demo.toml"), ("policy", "policies/standard.toml")):
        served.run(room, "apply", file)
    key = served.run("key", "create", "shop").split()[-1]
    bearer = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    feed(served, key)
    owner = {"name": "Marked-Zoë", "email": f"zoe@{MARK}.example"}
    account = {
        "name": MARK,
        "account_type": "self_service",
        "currency": "EUR",
        "time_zone": "Europe/Paris",
        "owner": owner,
    }
    status, answer = served.send("POST", "/api/v1/accounts", json.dumps(account, ensure_ascii=False), **bearer)
    assert status == 201, answer
    account_id = json.loads(answer.split("\r\n\r\n", 1)[1])["id"]
    with served.database() as connection:
        connection.execute(REFUSE)
        connection.execute("ALTER TABLE accounts_person RENAME TO person_away")
    status, answer = served.send("POST", "/api/v1/accounts", json.dumps(account), **bearer)
    assert status == 500, answer
    served.send("POST", "/sign-in/link", f"email=other%40{MARK}.example", Cookie="csrftoken=" + "a" * 32)
    with served.database() as connection:
        connection.execute("ALTER TABLE person_away RENAME TO accounts_person")
    member = {"name": MARK, "email": f"ada@{MARK}.example", "role": "admin"}
    served.send("POST", f"/api/v1/accounts/{account_id}/members", json.dumps(member), **bearer)
    served.wait_for("a step of the worker failed")
    problem = json.loads(answer.split("\r\n\r\n", 1)[1])
    assert [one["request"] for one in served.lines() if one["event"] == "a request failed"] == [problem["request_id"]]
    failed = [one for one in served.lines() if one["event"] == "a step of the worker failed"]
    assert {one["account"] for one in failed} == {account_id}
    database = home_for(served.home, unprivileged(served.home)) / "postgres" / "log"
    for log in (served.log, database):
        written = log.read_text(encoding="utf-8").lower()
        assert written
        assert MARK not in written, [line for line in written.splitlines() if MARK in line][:3]
        assert key.lower() not in written
