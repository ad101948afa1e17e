"""A real `bursar serve` on a home of its own, and a client that sends it bytes as they are."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bursar.postgres.port import free_port
from set_up import set_up

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 60
BODY_SECONDS = 3
"""How long the server waits for a body, so that a test can wait longer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `code` is that of a problem, empty for what is none."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        return str(self.json()["code"]) if "problem+json" in self.headers.get("content-type", "") else ""

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Wire:
    """The server's port, its keys, and the account whose light agent is zoë@kunde.example."""

    port: int
    environment: dict[str, str]
    vendor: str = ""
    members: str = ""
    account: str = ""
    sent: int = 0
    """How many requests were sent."""
    opened: list[socket.socket] = field(default_factory=list)

    def open(self, raw: bytes) -> socket.socket:
        """A connection on which something was sent, and perhaps not all of it."""
        self.sent += 1
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)
        connection.sendall(raw)
        self.opened.append(connection)
        return connection

    def close(self) -> None:
        """Close what was opened."""
        while self.opened:
            self.opened.pop().close()

    def answers(self, raw: bytes) -> list[Answer]:
        """All that is answered until the server closes; what is sent asks it to."""
        with self.open(raw) as connection:
            self.opened.remove(connection)
            return list(read(received(connection), *methods(raw)))

    def answer(self, raw: bytes) -> Answer:
        """The only answer."""
        [only] = self.answers(raw)
        return only

    def call(self, method: str, path: str, *lines: bytes, key: str = "", body: Any = None) -> Answer:
        """A call of the API with header lines as they are."""
        sent = b"" if body is None else json.dumps(body).encode()
        length = [b"Content-Type: application/json", b"Content-Length: %d" % len(sent)] if sent else []
        who = b"Authorization: Bearer " + (key or self.vendor).encode()
        return self.answer(head(method, f"/api/v1{path}", who, *length, *lines) + sent)

    def ok(self, method: str, path: str, *lines: bytes, key: str = "", body: Any = None) -> Any:
        """What a call answers that succeeds."""
        answer = self.call(method, path, *lines, key=key, body=body)
        assert 200 <= answer.status < 300, answer
        return answer.json()

    def run(self, *arguments: str) -> str:
        """What a command prints."""
        command = [sys.executable, "-m", "bursar.cli", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60, cwd=ROOT, check=True
        )
        return done.stdout


def head(method: str, path: str, *lines: bytes, keep: bool = False, host: bool = True) -> bytes:
    """A request without its body; unless it is to `keep` the connection it asks the server to close it."""
    always = [b"Host: localhost"] * host + [b"Connection: close"] * (not keep)
    return b"\r\n".join([f"{method} {path} HTTP/1.1".encode("latin-1"), *always, *lines, b"", b""])


def received(connection: socket.socket) -> bytes:
    """All that comes until the other side closes. Errors: TimeoutError if it does not."""
    found = b""
    while True:
        try:
            more = connection.recv(65536)
        except ConnectionResetError:
            return found
        if not more:
            return found
        found += more


def methods(raw: bytes) -> list[str]:
    """The methods of requests sent in one go."""
    return [one.decode() for one in re.findall(rb"([A-Z]+) \S+ HTTP/1\.[01]\r\n", raw)]


def read(raw: bytes, *asked: str) -> Iterator[Answer]:
    """Answers as they follow each other; those to HEAD have no body whatever their Content-Length says."""
    asked_by = iter(asked)
    while raw:
        start, _, raw = raw.partition(b"\r\n\r\n")
        first, *lines = start.decode("latin-1").split("\r\n")
        assert first.startswith("HTTP/1."), raw[:200]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        length = 0 if next(asked_by, "") == "HEAD" else int(headers.get("content-length", 0))
        yield Answer(int(first.split()[1]), headers, raw[:length])
        raw = raw[length:]


@contextmanager
def serving(**settings: str) -> Iterator[Wire]:
    """The server, with the demo's catalog, the standard policy and one account of five seats, until the block ends."""
    home = Path(tempfile.mkdtemp(prefix="bursar-wire-"))
    home.chmod(0o711)
    set_up(home / "home")
    port = free_port()
    own = {name: one for name, one in os.environ.items() if not name.startswith(("DATABASE_URL", "BURSAR", "DJANGO"))}
    own |= {"BURSAR_HOME": str(home / "home"), "BURSAR_PORT": str(port), "BURSAR_BODY_SECONDS": str(BODY_SECONDS)}
    wire = Wire(port, own | settings)
    # Into a file: a pipe that nobody reads is full after some hundred lines of the log, and then the server waits.
    log = home / "log"
    with log.open("w") as written:
        command = [sys.executable, "-m", "bursar.cli", "serve"]
        process = subprocess.Popen(command, env=wire.environment, stdout=written, stderr=subprocess.STDOUT)
    try:
        while "is ready" not in log.read_text():
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        _fill(wire)
        yield wire
    finally:
        wire.close()
        process.terminate()
        process.wait(30)
        shutil.rmtree(home)


def _fill(wire: Wire) -> None:
    wire.run("catalog", "apply", "catalogs/demo.toml")
    wire.run("policy", "apply", "policies/standard.toml")
    wire.vendor = json.loads(wire.run("key", "create", "shop", "--json"))["key"]
    wire.members = json.loads(wire.run("key", "create", "product", "--members", "--json"))["key"]
    opened = wire.ok(
        "POST",
        "/accounts",
        body={
            "name": "Kunde",
            "account_type": "self_service",
            "currency": "EUR",
            "time_zone": "Europe/Berlin",
            "owner": {"name": "Owner", "email": "owner@kunde.example"},
            "sandbox": True,
            "today": "2026-01-01",
        },
    )
    wire.account = f"/accounts/{opened['id']}"
    zoe = {"name": "Zoë", "email": "zoë@kunde.example", "role": "light_agent"}
    wire.ok("POST", f"{wire.account}/members", body=zoe)
    edit = {"edit": "add_product", "product": "support", "plan": "team", "seats": 5}
    wire.ok("POST", f"{wire.account}/changes", body={"edits": [edit]})
