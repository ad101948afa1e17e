"""Requests as the database keeps them, where no worker has looked yet."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api_client import TEAM_10, ApiClient, email, seats
from bursar import checkout
from bursar.accounts.queries import customer
from bursar.core.ordering.request import RequestOpen
from bursar.core.subscription.edit import read_edits
from bursar.jobs.steps import run_once
from bursar.notices.models import Email
from bursar.subscriptions.models import Request

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_request_that_nobody_reviewed_in_time_makes_room_before_a_worker_looks_and_after(vendor: None) -> None:
    api, now = ApiClient(), datetime.now(UTC)
    live: Any = {"sandbox": False, "today": None}
    path = api.account("online_assisted", **live)
    api.take(path, TEAM_10)
    account = UUID(path.rpartition("/")[2])
    admin = next(member for member in customer(account).account.members if member.role == "admin")

    def ask(at: datetime, many: int) -> UUID:
        return checkout.submit(account, edits=read_edits([seats(many)]), actor=admin, now=at)

    first = ask(now, 11)
    with pytest.raises(RequestOpen):
        ask(now + timedelta(days=29), 12)
    second = ask(now + timedelta(days=30), 12)
    states = dict(Request.objects.values_list("id", "state"))
    assert states == {first: "expired", second: "open"}
    run_once(now + timedelta(days=61))
    closed = Request.objects.get(pk=second)
    assert (closed.state, closed.closed_by_kind) == ("expired", "system")


def test_reviewers_are_reminded_once_before_a_request_is_closed(vendor: None) -> None:
    api, now = ApiClient(), datetime.now(UTC)
    live: Any = {"sandbox": False, "today": None}
    path = api.account("online_assisted", **live)
    api.take(path, TEAM_10)
    asked = api.ok("POST", f"{path}/requests", {"edits": [seats(12)], "reason": "Spring."}, by=email("admin"))

    def reminded() -> list[tuple[str, bool]]:
        # What happened is told by the moment at which it was really written down.
        run_once(datetime.now(UTC))
        emails = Email.objects.filter(subject__contains="still waits").order_by("address")
        return [(message.address, "is closed on" in message.text and "Spring." in message.text) for message in emails]

    run_once(now + timedelta(days=22, hours=23))
    assert reminded() == []
    for days in (23, 24, 29):
        run_once(now + timedelta(days=days, hours=1))
        assert reminded() == [(email("billing_admin"), True), (email("owner"), True)]
    [entry] = [one for one in api.ok("GET", f"{path}/history")["items"] if one["kind"] == "request_reminded"]
    assert entry["data"] == {"request": asked["id"]} and entry["actor"]["kind"] == "system"


@pytest.mark.parametrize(
    ("reminder", "day", "told"), [(7, "2026-01-25", 1), (0, "2026-01-25", 0), (30, "2026-01-25", 0)]
)
def test_a_sandbox_reminds_by_its_own_clock_and_as_the_policy_says(
    vendor: None, reminder: int, day: str, told: int
) -> None:
    api = ApiClient()
    api.ok("PUT", "/policy", {**api.ok("GET", "/policy"), "reminder_days": reminder})
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))
    for to in ("2026-01-20", day, "2026-01-26"):
        api.ok("POST", f"{path}/clock", {"to": to})
    kinds = [one["kind"] for one in api.ok("GET", f"{path}/history")["items"]]
    assert kinds.count("request_reminded") == told
