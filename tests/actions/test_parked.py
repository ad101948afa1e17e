"""What fails for one account is parked and tried again; nobody else waits for it, and the whole run goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from api_client import ApiClient
from at_once import at_once
from bursar import checkout
from bursar.invoices.models import Invoice
from bursar.jobs import worker_round
from bursar.jobs.batches import Pace
from bursar.jobs.invariants import violations
from bursar.jobs.models import Parked
from bursar.jobs.parking import LONGEST_PAUSE, try_again
from bursar.jobs.steps import run_once
from bursar.subscriptions.models import Checkpoint
from live_accounts import live_accounts

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=31)
MANY = 40


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


@contextmanager
def poisoned(account: UUID) -> Iterator[None]:
    """The database refuses every checkpoint of an account, as if a constraint did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE subscriptions_checkpoint ADD CONSTRAINT poison"
            f" CHECK (account_id <> '{account}'::uuid) NOT VALID"
        )
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE subscriptions_checkpoint DROP CONSTRAINT poison")


def renewed() -> dict[UUID, int]:
    """How many renewals each account was invoiced for."""
    counts: dict[UUID, int] = {}
    for account in Invoice.objects.filter(order=None).values_list("account_id", flat=True):
        counts[account] = counts.get(account, 0) + 1
    return counts


def test_a_poisoned_account_is_parked_and_the_others_are_renewed(api: ApiClient) -> None:
    accounts = live_accounts(MANY, now=NOW)
    poison = accounts[MANY // 2]
    with poisoned(poison):
        with pytest.raises(ExceptionGroup) as caught:
            run_once(LATER)
        assert len(caught.value.exceptions) == 1
        assert renewed() == dict.fromkeys([account for account in accounts if account != poison], 1)
        row = Parked.objects.get()
        assert (row.account_id, row.step, row.tries, row.since) == (poison, "renew", 1, LATER)
        assert "IntegrityError (poison)" in row.reason and "line" in row.reason
        # While it waits it is not tried, and nothing fails.
        run_once(LATER + timedelta(seconds=59))
        for tries in range(2, 9):
            with pytest.raises(ExceptionGroup):
                run_once(Parked.objects.get().due_at)
            row = Parked.objects.get()
            assert row.tries == tries and row.due_at - row.failed_at <= LONGEST_PAUSE
        assert row.due_at - row.failed_at == LONGEST_PAUSE and row.since == LATER
    soon = row.failed_at + timedelta(seconds=1)
    assert try_again(row.pk, now=soon)
    run_once(soon)
    assert not Parked.objects.exists() and renewed()[poison] == 1
    assert list(violations(soon, deep=True)) == []


def test_what_was_done_by_another_way_is_parked_no_more(api: ApiClient) -> None:
    [account] = live_accounts(1, now=NOW)
    with poisoned(account), pytest.raises(ExceptionGroup):
        run_once(LATER)
    checkout.renew(account, now=LATER)
    run_once(Parked.objects.get().due_at)
    assert not Parked.objects.exists() and renewed() == {account: 1}


def test_more_parked_accounts_than_a_round_reads_keep_nobody_waiting(api: ApiClient, monkeypatch: Any) -> None:
    monkeypatch.setattr(worker_round, "BATCH", 2)
    accounts = live_accounts(4, now=NOW)
    for account in accounts[:3]:
        Parked.objects.create(
            account_id=account,
            step="collect",
            reason="x",
            since=NOW,
            failed_at=NOW,
            tries=1,
            due_at=LATER + timedelta(1),
        )
    seen: list[UUID] = []
    step = worker_round.Step(
        "collect",
        lambda now, limit: accounts[:limit],
        lambda tasks, now: seen.extend(tasks),
        lambda account: {"account": account},
    )
    worker_round.WorkerRound(LATER).take(step)
    assert seen == accounts[3:]


def test_two_workers_at_once_renew_each_account_once_without_gaps(api: ApiClient) -> None:
    accounts = live_accounts(MANY, now=NOW)

    def work(_: int) -> str:
        run_once(NOW + timedelta(days=63))
        return "done"

    assert at_once(3, work) == {"done": 3}
    # An account that one worker held while another passed it by is renewed in the next round.
    run_once(NOW + timedelta(days=63))
    assert renewed() == dict.fromkeys(accounts, 2)
    assert list(violations(NOW + timedelta(days=63), deep=True)) == []
    assert Checkpoint.objects.count() == 2 * MANY


def test_after_months_of_sleep_invoices_are_numbered_in_the_order_of_their_days(api: ApiClient) -> None:
    open_on = [NOW + timedelta(days=days) for days in (5, 0, 9)]
    for moment in open_on:
        live_accounts(1, now=moment)
    run_once(NOW + timedelta(days=200))
    days = list(Invoice.objects.filter(order=None).order_by("number").values_list("on", flat=True))
    assert len(days) == 3 * 6 and days == sorted(days) and days[0] == date(2026, 2, 1)


def test_a_batch_that_takes_long_makes_the_next_smaller() -> None:
    pace = Pace()
    first = pace.size
    pace.timed(lambda tasks: None, range(first))
    assert pace.size == 2 * first
    pace.timed(lambda tasks: None, range(3))
    assert pace.size == 2 * first, "a short batch says nothing about a long one"
