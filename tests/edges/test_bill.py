"""`bursar bill`: billing now, beforehand, in several processes, and what of it is told."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection

from api_client import ApiClient
from bursar.cli import main
from bursar.invoices.models import BillingSchedule, Invoice
from bursar.jobs.invariants import violations
from bursar.jobs.models import Parked
from live_accounts import live_accounts

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.now(UTC)
AGO = NOW - timedelta(days=45)
"""Accounts that began then have one period to be billed."""


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def bill(*options: str) -> Any:
    return CliRunner().invoke(main, ["bill", *options])


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "bursar.cli", "bill", *options]


def environment() -> dict[str, str]:
    """That of a process which works on the database of this test."""
    database = connection.settings_dict
    address = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return {**os.environ, "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{address}"}


def test_a_dry_run_says_what_will_be_billed_and_writes_nothing(api: ApiClient, tmp_path: Path) -> None:
    live_accounts(3, now=AGO)
    file, coming = tmp_path / "coming.csv", (NOW + timedelta(days=30)).date().isoformat()
    before = [list(model.objects.order_by("pk").values()) for model in (Invoice, BillingSchedule)]
    answer = bill("--until", coming, "--dry-run", "--csv", str(file))
    assert answer.exit_code == 0, answer.output
    # Ten seats of 19.00, taxed with a fifth; two periods of each.
    assert answer.output.endswith("would be billed: 1368.00 EUR on 6 invoices of 3 accounts, 0 parked\n"), answer.output
    assert [list(model.objects.order_by("pk").values()) for model in (Invoice, BillingSchedule)] == before
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert len(rows) == 6 and {row["total"] for row in rows} == {"228.00"} and {row["number"] for row in rows} == {""}


def test_only_a_dry_run_sees_a_day_to_come(api: ApiClient) -> None:
    refused = bill("--until", (NOW + timedelta(days=30)).date().isoformat())
    assert refused.exit_code == 1 and "use --dry-run" in refused.output


def test_what_is_due_is_billed_and_what_cannot_be_is_named(api: ApiClient, tmp_path: Path) -> None:
    accounts = live_accounts(5, now=AGO)
    file = tmp_path / "billed.csv"
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE subscriptions_checkpoint ADD CONSTRAINT poison"
            f" CHECK (account_id <> '{accounts[1]}'::uuid) NOT VALID"
        )
    try:
        answer = bill("--csv", str(file))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE subscriptions_checkpoint DROP CONSTRAINT poison")
    assert answer.exit_code == 1
    assert "billed: 912.00 EUR on 4 invoices of 4 accounts, 1 parked" in answer.output
    assert f"account {accounts[1]}: IntegrityError (poison)" in answer.output
    assert Parked.objects.get().account_id == accounts[1]
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert [row["number"] for row in rows] == sorted(row["number"] for row in rows) and len(rows) == 4
    # Mended, it is billed at once, whatever pause the worker would make.
    again = bill("--json")
    document = json.loads(again.output)
    assert (document["accounts"], document["invoices"], document["parked"]) == (1, 1, [])
    assert document["amounts"]["EUR"] == {"net": "190.00", "tax": "38.00", "total": "228.00"}
    assert not Parked.objects.exists()


def test_until_a_past_day_only_what_fell_due_by_then_is_billed(api: ApiClient) -> None:
    live_accounts(2, now=NOW - timedelta(days=100))
    answer = bill("--until", (NOW - timedelta(days=60)).date().isoformat())
    assert "on 2 invoices of 2 accounts" in answer.output, answer.output


def test_two_processes_bill_everything_once(api: ApiClient) -> None:
    live_accounts(120, now=AGO)
    done = subprocess.run(command("--workers", "2"), env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "on 120 invoices of 120 accounts, 0 parked" in done.stdout
    assert Invoice.objects.filter(order=None).count() == 120
    assert list(violations(datetime.now(UTC), deep=True)) == []


def interrupted(arguments: list[str], table: str, number: signal.Signals) -> tuple[int, str, str]:
    """Start a command, and send a signal while its statement waits for a table; return how it ended, and what it said."""
    with connection.cursor() as cursor:
        cursor.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        program = [sys.executable, "-m", "bursar.cli", *arguments]
        process = subprocess.Popen(
            program, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 60
        waiting = f"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"
        cursor.execute(waiting)
        while cursor.fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.1)
            cursor.execute(waiting)
        process.send_signal(number)
        time.sleep(0.3)
        cursor.execute("COMMIT")
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_after_the_batch_at_hand(api: ApiClient, number: signal.Signals) -> None:
    live_accounts(60, now=AGO)
    status, out, err = interrupted(["bill"], "subscriptions_checkpoint", number)
    assert status == 0, err
    assert "on 50 invoices of 50 accounts, 0 parked" in out, out
    assert Invoice.objects.filter(order=None).count() == 50


@pytest.mark.parametrize("table", ["subscriptions_checkpoint", "history_entry", "notices_told"])
def test_a_worker_that_a_signal_reaches_in_a_statement_ends_quietly(api: ApiClient, table: str) -> None:
    live_accounts(3, now=AGO)
    status, out, err = interrupted(["worker"], table, signal.SIGTERM)
    assert (status, out, err) == (0, "", "")
    assert not Parked.objects.exists()
