"""The program as an operator runs it: it starts, stops in order, and recovers when everything was killed."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    """`bursar serve`, once it says that it is ready."""
    command = [sys.executable, "-m", "bursar.cli", "serve"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "is ready" in line:
            return process
    raise AssertionError("".join(said))


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bursar.cli", *arguments], env=environment, capture_output=True, text=True, timeout=60
    )


def processes(marker: str) -> list[int]:
    """Whoever has the marker in its command line or environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                text = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            except OSError:
                continue
            if marker.encode() in text:
                found.append(int(folder.name))
    return found


def nobody_left(marker: str) -> bool:
    for _ in range(1200):
        if not processes(marker):
            return True
        time.sleep(0.05)
    return False


def answer(environment: dict[str, str], path: str, key: str = "") -> int:
    url = f"http://localhost:{environment['BURSAR_PORT']}{path}"
    try:
        with urlopen(Request(url, headers={"Authorization": f"Bearer {key}"}), timeout=60) as response:
            return int(response.status)
    except HTTPError as error:
        return error.code


def test_it_serves_stops_in_order_and_keeps_its_data(environment: dict[str, str]) -> None:
    process = start(environment)
    made = run(environment, "key", "create", "shop")
    key = made.stdout.split()[-1]
    assert re.fullmatch(r"bursar_\S{40,}", key)
    assert json.loads(run(environment, "key", "create", "--json", "till").stdout)["name"] == "till"
    assert answer(environment, "/api/v1/openapi.json") == 200
    assert answer(environment, "/api/v1/accounts", key) == 200
    assert answer(environment, "/api/v1/accounts") == 401
    busy = run(environment, "serve")
    assert busy.returncode == 1
    assert "is in use" in busy.stderr
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert nobody_left(environment["BURSAR_HOME"])
    process = start(environment)
    assert answer(environment, "/api/v1/accounts", key) == 200
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert nobody_left(environment["BURSAR_HOME"])


def test_everything_ends_with_it_however_it_ends(installed: dict[str, str]) -> None:
    process = start(installed)
    process.kill()
    process.wait(60)
    assert nobody_left(installed["BURSAR_HOME"])


def test_a_signal_that_comes_twice_stops_it_as_one_does(installed: dict[str, str]) -> None:
    process = start(installed)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
        process.send_signal(number)
        time.sleep(0.05)
    assert process.wait(60) == 0
    assert nobody_left(installed["BURSAR_HOME"])


def test_a_signal_while_the_database_starts_leaves_nothing_behind(environment: dict[str, str]) -> None:
    process = subprocess.Popen([sys.executable, "-m", "bursar.cli", "serve"], env=environment)
    log = Path(environment["BURSAR_HOME"], "postgres", "log")
    while not log.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert nobody_left(environment["BURSAR_HOME"])


@pytest.mark.parametrize("port", ["0", "70000", "-1", "eighty"])
def test_a_port_that_is_none_is_refused_in_words(environment: dict[str, str], port: str) -> None:
    refused = run({**environment, "BURSAR_PORT": port}, "serve")
    assert refused.returncode == 2
    assert "Invalid value for '--port'" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_it_recovers_when_everything_was_killed(installed: dict[str, str]) -> None:
    process = start(installed)
    key = run(installed, "key", "create", "shop").stdout.split()[-1]
    for pid in processes(installed["BURSAR_HOME"]):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait(60)
    assert nobody_left(installed["BURSAR_HOME"])
    process = start(installed)
    assert answer(installed, "/api/v1/accounts", key) == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_a_catalog_and_a_policy_are_published_from_the_command_line(installed: dict[str, str]) -> None:
    for room, file in (("catalog", "catalogs/demo.toml"), ("policy", "policies/standard.toml")):
        for _ in range(2):
            applied = run(installed, room, "apply", file)
            assert (applied.returncode, applied.stdout) == (0, f"version 1 of the {room} is current\n"), applied.stderr
    assert run(installed, "catalog", "diff", "catalogs/demo.toml").stdout == "no difference\n"
    assert json.loads(run(installed, "policy", "show", "--json").stdout)["quote_hours"] == 24
    billed = run(installed, "bill").stdout
    assert billed.endswith("billed: nothing on 0 invoices of 0 accounts, 0 parked\n"), billed


def test_nothing_is_left_when_only_the_first_processes_are_killed(installed: dict[str, str]) -> None:
    process = start(installed)
    stat = {
        pid: (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
        for pid in processes(installed["BURSAR_HOME"])
    }
    children = [pid for pid, fields in stat.items() if int(fields[1]) == process.pid]
    assert len(children) >= 2
    for pid in (process.pid, *children):
        os.kill(pid, signal.SIGKILL)
    process.wait(60)
    assert nobody_left(installed["BURSAR_HOME"])
