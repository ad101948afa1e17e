"""A Bursar as an operator starts it, in processes of its own, reached over a socket."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

from bursar.postgres.port import free_port
from set_up import set_up


class Served:
    """A Bursar that logs as JSON to a file, reached over a socket byte by byte."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.port = free_port()
        self.home, self.log = home, home.parent / "log"
        set_up(home)
        own = {
            name: one for name, one in os.environ.items() if not name.startswith(("DATABASE_URL", "BURSAR", "DJANGO"))
        }
        self.environment = {**own, "BURSAR_HOME": str(home), "BURSAR_PORT": str(self.port), "BURSAR_LOG": "json"}
        self.environment |= settings
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

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "bursar.cli", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True).stdout

    def database(self) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect((self.home / "database.url").read_text(encoding="utf-8"), autocommit=True)
