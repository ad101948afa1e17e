"""A server whose processes are killed while clients work and renewals fall due, and what must hold of it afterwards."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from typing import Any, Final

import psycopg

from bursar.cli.supervise import MOST_FAILURES, STEADY_SECONDS
from bursar.postgres.port import free_port

# The newest account is as old as the others, so that no invoice of theirs is later than those of the clients.
PREPARE: Final = """
import json, sys, tomllib
from datetime import UTC, date, datetime, timedelta
from bursar.cli.home import django

clients, renewing = int(sys.argv[1]), int(sys.argv[2])
with django(own=True):
    from bursar.accounts.actions import open_account
    from bursar.accounts.keys import create_key
    from bursar.accounts.publishing import apply_policy
    from bursar.catalog.actions import apply as apply_catalog
    from bursar.checkout import accept
    from bursar.core.subscription.edit import read_edits
    from bursar.core.policy.policy import VENDOR
    from bursar.core.money.tax import read_tax_rate
    from bursar.invoices.models import BillingSchedule
    from bursar.policy.queries import current

    now = datetime.now(UTC)
    catalog, policy = ({"file": file, "by": "tests", "now": now} for file in sys.argv[3:])
    apply_catalog(tomllib.loads(open(sys.argv[3]).read()), **catalog)
    apply_policy(tomllib.loads(open(sys.argv[4]).read()), **policy, actor=VENDOR)

    def account(name, then):
        made = open_account(
            current(), name=name, account_type="managed", currency="EUR", time_zone="Europe/Paris", locale="en",
            owner_name="Owner", owner_email=f"owner@{name}.example", representative=None, sandbox=False, clock=None,
            tax=read_tax_rate("0.2"), actor=VENDOR, now=then,
        )
        edit = {"edit": "add_product", "product": "support", "plan": "team", "seats": 1}
        accept(made, edits=read_edits([edit]), actor=VENDOR, now=then)
        return made

    due = [account(f"renewing-{number}", now - timedelta(days=40)) for number in range(renewing)]
    working = [account(f"client-{number}", now) for number in range(clients)]
    # They fall due when the test says so.
    BillingSchedule.objects.filter(account_id__in=due).update(due_at=now + timedelta(days=1))
    print(json.dumps({"key": create_key("tests", now=now), "due": due, "working": working}, default=str))
"""
PUBLISHED: Final = ("catalogs/demo.toml", "policies/standard.toml")
KINDS: Final = ("postmaster", "backend", "checkpointer", "web", "web worker", "worker")
ROUNDS_IN_A_ROW: Final = MOST_FAILURES - 1
MOST_SECONDS: Final = 10
ANSWERS_IN_A_ROW: Final = 5
ROOT: Final = Path(__file__).resolve().parents[1]


class Lived:
    """What happened to a server so far: what its clients were answered, and how long pages were away after each kill."""

    def __init__(self, environment: dict[str, str], *, clients: int, renewing: int) -> None:
        command = [sys.executable, "-c", PREPARE, str(clients), str(renewing), *PUBLISHED]
        made = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert made.returncode == 0, made.stderr
        self.environment, found = environment, json.loads(made.stdout)
        self.key, self.due, self.working = found["key"], found["due"], found["working"]
        self.home, self.port = Path(environment["BURSAR_HOME"]), int(environment["BURSAR_PORT"])
        self.done, self.answers = Event(), Counter[int]()
        self.taken: dict[str, list[dict[str, Any]]] = {account: [] for account in self.working}
        self.away: dict[str, list[float]] = {kind: [] for kind in KINDS}
        self.served: subprocess.Popen[bytes] | None = None
        self.most: float = MOST_SECONDS

    def start(self) -> None:
        """Start the server, and wait until pages answer.

        A machine that has much else to do gets as much time to bring back a part as it takes for two whole starts.
        """
        with (self.home.parent / "said").open("ab") as said:
            command = [sys.executable, "-m", "bursar.cli", "serve"]
            self.served = subprocess.Popen(command, env=self.environment, stdout=said, stderr=said)
        self.most = max(self.most, 2 * self.until_back(120))

    def said(self) -> str:
        """What the server said on its terminal."""
        return (self.home.parent / "said").read_text()

    def call(self, method: str, path: str, body: Any = None, once: str = "") -> tuple[int, Any]:
        """The status of an answer and what it says; 0 if there is none."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": once} if once else {}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, f"/api/v1{path}", json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            status, text = response.status, response.read()
            found = json.loads(text) if response.headers.get_content_subtype().endswith("json") else None
        except (OSError, HTTPException):
            status, found = 0, None
        finally:
            connection.close()
        self.answers[status] += 1
        return status, found

    def until_back(self, seconds: float) -> float:
        """How long it takes until pages answer several times in a row."""
        begun, row = time.monotonic(), 0
        while row < ANSWERS_IN_A_ROW:
            assert time.monotonic() < begun + seconds, self.said()
            row = row + 1 if self.call("GET", f"/accounts/{self.working[0]}/subscription")[0] == 200 else 0
            time.sleep(0.02)
        return time.monotonic() - begun

    def change(self, account: str) -> bool:
        """Buy one seat more, and keep the answer. What was not answered is asked again, under the same key."""
        seats = len(self.taken[account]) + 2
        body = {"edits": [{"edit": "set_seats", "product": "support", "seats": seats}]}
        status, found = self.call("POST", f"/accounts/{account}/changes", body, once=f"{account}-{seats}")
        assert status in (0, 200, 201, 500, 503), (status, found)
        if 200 <= status < 300:
            self.taken[account].append(found)
        return 200 <= status < 300

    def work(self, account: str) -> None:
        """Buy one seat after the other, until told to stop."""
        while not self.done.is_set():
            self.change(account)
            time.sleep(0.02)

    def fall_due(self) -> None:
        """Let one account after the other fall due, until all are or nobody works any more."""
        for account in self.due:
            while not self.sql(
                "UPDATE invoices_billingschedule SET due_at = now() WHERE account_id = %s RETURNING 1", account
            ):
                time.sleep(0.2)
            if self.done.wait(0.5):
                return

    def database(self) -> str:
        """The address of the server's database."""
        return (self.home / "database.url").read_text()

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """The rows of a statement; none while the database is away."""
        try:
            with psycopg.connect(self.database(), autocommit=True, connect_timeout=5) as server:
                return server.execute(statement, values).fetchall()
        except psycopg.OperationalError:
            return []

    def kill(self, kind: str) -> None:
        """Kill a process of a kind, as soon as there is one."""
        while not (found := self.processes(kind)):
            assert self.served is not None and self.served.poll() is None, self.said()
            time.sleep(0.05)
        with suppress(ProcessLookupError):
            os.kill(random.choice(found), signal.SIGKILL)

    def processes(self, kind: str) -> list[int]:
        """The numbers of the processes of a kind."""
        assert self.served is not None
        everybody = _everybody()
        ours = {pid: words for pid, (parent, words) in everybody.items() if parent == self.served.pid}
        web = [pid for pid, words in ours.items() if "granian" in words]
        postmaster = [pid for pid, words in ours.items() if "postgres -D" in words]

        def below(parents: list[int], sign: str) -> list[int]:
            return [pid for pid, (parent, words) in everybody.items() if parent in parents and sign in words]

        return {
            "postmaster": postmaster,
            "backend": below(postmaster, "postgres: bursar bursar"),
            "checkpointer": below(postmaster, "postgres: checkpointer"),
            "web": web,
            "web worker": below(web, "worker"),
            "worker": [pid for pid, words in ours.items() if "bursar.cli worker" in words],
        }[kind]

    def through(self, times: int, chance: random.Random) -> None:
        """Kill a process of each kind so many times, in any order, while clients work and accounts fall due."""
        with ThreadPoolExecutor(len(self.working) + 1) as pool:
            tasks = [pool.submit(self.work, account) for account in self.working]
            tasks.append(pool.submit(self.fall_due))
            try:
                for done in range(times):
                    if done and done % ROUNDS_IN_A_ROW == 0:
                        # What ends again and again without working in between stops the whole server, on purpose.
                        time.sleep(STEADY_SECONDS + 1)
                    for kind in chance.sample(KINDS, len(KINDS)):
                        time.sleep(chance.random() / 2)
                        self.kill(kind)
                        self.away[kind].append(self.until_back(self.most))
            finally:
                self.done.set()
            for task in tasks:
                task.result()

    def check(self) -> None:
        """What was answered is there, nothing is there twice, everything due is renewed, and the doctor is content."""
        for account, answers in self.taken.items():
            assert answers
            [[takes, invoices]] = self.sql(
                "SELECT (SELECT count(*) FROM subscriptions_order WHERE account_id = %s),"
                " (SELECT count(*) FROM invoices_invoice WHERE account_id = %s)",
                account,
                account,
            )
            last = self.call("GET", f"/accounts/{account}/subscription")[1]["items"][0]["seats"]["bought"]
            # One that was taken while the last answer got lost may stand there without having been answered.
            assert takes == invoices == last and last - 1 - len(answers) in (0, 1), (account, takes, invoices, last)
            for answer in answers[:: max(1, len(answers) // 20)]:
                status, found = self.call("GET", f"/accounts/{account}/invoices/{answer['invoice']['id']}")
                assert (status, found["total"]) == (200, answer["invoice"]["total"])
        # Those whose turn did not come yet fall due now.
        still = "UPDATE invoices_billingschedule SET due_at = now() WHERE account_id = ANY(%s::uuid[]) AND billed_until <= now()"
        self.sql(f"{still} RETURNING 1", self.due)
        deadline = time.monotonic() + 60
        command = [sys.executable, "-m", "bursar.cli", "doctor", "--deep", "--json"]
        while True:
            asked = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)
            if asked.returncode == 0:
                return
            assert time.monotonic() < deadline, asked.stdout
            time.sleep(1)

    def renewed(self) -> int:
        """How many of the accounts that fell due have the invoice of their next period."""
        [[count]] = self.sql(
            "SELECT count(*) FROM (SELECT account_id FROM invoices_invoice WHERE account_id = ANY(%s::uuid[])"
            " GROUP BY account_id HAVING count(*) = 2) AS renewed",
            self.due,
        )
        return int(count)

    def report(self) -> str:
        """What was killed and asked, and how long pages were away at most."""
        kills = ", ".join(f"{len(times)} {kind} (at most {max(times):.1f} s)" for kind, times in self.away.items())
        answered = sum(count for status, count in self.answers.items() if 200 <= status < 300)
        seats = sum(len(answers) for answers in self.taken.values())
        return f"killed {kills}; {self.answers.total()} calls, {answered} answered 2xx; {seats} changes"

    def stop(self) -> int:
        """Stop the server in order; its status."""
        self.done.set()
        assert self.served is not None
        self.served.send_signal(signal.SIGTERM)
        return self.served.wait(60)


def alone(folder: Path) -> dict[str, str]:
    """The environment of an operator on a machine where nothing was set up: a folder, a port, and no database."""
    foreign = ("DATABASE_URL", "BURSAR", "DJANGO")
    own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**own, "BURSAR_HOME": str(folder / "home"), "BURSAR_PORT": str(free_port())}


def _everybody() -> dict[int, tuple[int, str]]:
    """The parent and the command line of every process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                found[int(entry.name)] = (parent, (entry / "cmdline").read_text().replace("\0", " "))
    return found
