"""Several workers at once, and clocks that several people move: each thing happens once, and nobody calls waiting a failure."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Count

import bank
from api_client import TEAM_10, ApiClient, email
from at_once import at_once
from bursar import checkout
from bursar.catalog.queries import NoCatalog
from bursar.core.policy.policy import VENDOR
from bursar.core.subscription.edit import read_edits
from bursar.gateways.models import SandboxCharge
from bursar.history.models import Entry
from bursar.invoices.models import Invoice
from bursar.jobs.steps import move, run_once
from bursar.jobs.worker_round import WorkerRound
from bursar.payments.models import Attempt, Payment

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=65)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def paying(api: ApiClient, token: str, number: int) -> list[UUID]:
    """Live accounts with ten seats, which pay by a card from then on."""
    ids = []
    for one in range(number):
        owner = {"name": "Owner", "email": f"owner{one}@live.example"}
        path = api.account(sandbox=False, today=None, owner=owner, name=f"Live {one}")
        ids.append(UUID(path.rpartition("/")[2]))
        checkout.accept(ids[-1], edits=read_edits([TEAM_10]), actor=VENDOR, now=NOW)
        api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": token})
    return ids


@pytest.mark.parametrize(("token", "state"), [("ok", "succeeded"), ("declined_funds", "failed")])
def test_many_workers_collect_each_invoice_once_and_report_no_failure(
    api: ApiClient, settings: Any, token: str, state: str
) -> None:
    bank.connect(settings)
    paying(api, token, 3)

    def work(_: int) -> str:
        run_once(LATER)
        return "done"

    assert at_once(4, work) == {"done": 4}
    # What another worker held is passed over; the next round does it.
    run_once(LATER)
    tried = Attempt.objects.values("invoice").annotate(times=Count("id")).values_list("times", flat=True)
    assert list(tried) == [1] * 9
    assert set(Attempt.objects.values_list("state", flat=True)) == {state}
    assert SandboxCharge.objects.count() == 9
    assert Payment.objects.count() == (9 if state == "succeeded" else 0)


def test_an_account_whose_payment_waits_is_passed_over_until_it_is_finished(api: ApiClient, settings: Any) -> None:
    bank.connect(settings)
    paying(api, "needs_authentication", 2)

    def work(_: int) -> str:
        run_once(datetime.now(UTC))
        return "done"

    assert at_once(4, work) == {"done": 4}
    assert list(Attempt.objects.values_list("state", flat=True)) == ["open"] * 2
    assert SandboxCharge.objects.count() == 2
    later = datetime.now(UTC) + timedelta(days=40)
    Attempt.objects.update(expires_at=later + timedelta(days=1))
    worker = WorkerRound(later)
    worker.renew()
    assert (worker.done, worker.failures) == (0, []), "due, but nothing is done"


@pytest.mark.parametrize("token", ["ok", "needs_authentication", "declined_funds"])
def test_a_clock_that_many_move_at_once_answers_what_it_did(api: ApiClient, token: str) -> None:
    path = api.account()
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    api.take(path, TEAM_10)
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": token})
    account, days = UUID(path.rpartition("/")[2]), [date(2026, month, 2) for month in (2, 3, 4, 4)]

    def forward(turn: int) -> str:
        move(account, days[turn], actor=VENDOR, now=NOW)
        return "done"

    came = at_once(4, forward)
    assert set(came) <= {"done", "clock_backwards"} and came["done"] >= 2
    assert api.ok("GET", path)["today"] == "2026-04-02"
    tried = Attempt.objects.exclude(invoice=None).values("invoice").annotate(times=Count("id"))
    assert all(one["times"] == 1 for one in tried)
    if token != "needs_authentication":
        assert Invoice.objects.filter(account_id=account).count() == 4


def test_a_clock_moved_while_somebody_pays_answers_that_it_moved(api: ApiClient) -> None:
    path = api.account()
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    api.take(path, TEAM_10)
    account, came = UUID(path.rpartition("/")[2]), Counter[str]()

    def act(turn: int) -> str:
        if turn % 2:
            checkout.accept(account, edits=read_edits([{**SEATS, "seats": 11 + turn}]), actor=VENDOR, now=NOW)
            return "taken"
        move(account, date(2026, 2, 2), actor=VENDOR, now=NOW)
        return "moved"

    for _ in range(3):
        came += at_once(4, act)
    assert came["moved"] == 6
    assert api.ok("GET", path)["today"] == "2026-02-02"


def test_what_cannot_be_done_on_the_way_leaves_the_clock_where_it_stood(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
    account = UUID(path.rpartition("/")[2])
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE catalog_version CASCADE")
    with pytest.raises(NoCatalog):
        move(account, date(2026, 2, 2), actor=VENDOR, now=NOW)
    assert api.ok("GET", path)["today"] == "2026-01-01"
    assert (Invoice.objects.count(), Attempt.objects.get().state) == (1, "open")
    ApiClient()
    move(account, date(2026, 2, 2), actor=VENDOR, now=NOW)
    assert api.ok("GET", path)["today"] == "2026-02-02"
    assert Invoice.objects.count() == 2
    ended = Attempt.objects.order_by("id").values_list("state", "reason")
    assert list(ended) == [("cancelled", "expired"), ("open", "")]


def test_only_who_may_change_the_subscription_moves_the_clock(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    for role in ("admin", "agent", "light_agent"):
        told = api.fails(403, "POST", f"{path}/clock", {"to": "2026-01-05"}, by=email(role))
        assert told["code"] == "not_their_clock"
    assert Entry.objects.filter(kind="refused", data__attempt="move_clock").count() == 3
    assert api.ok("GET", path)["today"] == "2026-01-01"
    assert api.ok("POST", f"{path}/clock", {"to": "2026-01-05"}, by=email("billing_admin"))["today"] == "2026-01-05"
    api.take(path, {"edit": "cancel", "on": "now"})
    assert api.ok("POST", f"{path}/clock", {"to": "2026-01-06"}, by=email("owner"))["today"] == "2026-01-06"
    managed = api.account("managed", owner={"name": "Else", "email": "else@other.example"})
    api.fails(403, "POST", f"{managed}/clock", {"to": "2026-01-05"}, by="else@other.example")
    assert api.ok("POST", f"{managed}/clock", {"to": "2026-01-05"})["today"] == "2026-01-05"


SEATS = {"edit": "set_seats", "product": "support"}
