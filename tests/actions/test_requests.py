"""Requests as the database keeps them, where no worker has looked yet."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bursar.accounts.queries import customer
from bursar.checkout import requests
from bursar.core.edit import read_edits
from bursar.core.request import RequestOpen
from bursar.jobs.clock import run_once
from bursar.subscriptions.models import Request
from door import TEAM_10, Door, seats

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_request_that_nobody_reviewed_in_time_makes_room_before_a_worker_looks_and_after(vendor: None) -> None:
    door, now = Door(), datetime.now(UTC)
    live: Any = {"sandbox": False, "today": None}
    path = door.account("online_assisted", **live)
    door.take(path, TEAM_10)
    account = UUID(path.rpartition("/")[2])
    admin = next(one for one in customer(account).account.members if one.role == "admin")

    def ask(at: datetime, many: int) -> UUID:
        return requests.submit(account, edits=read_edits([seats(many)]), actor=admin, now=at)

    first = ask(now, 11)
    with pytest.raises(RequestOpen):
        ask(now + timedelta(days=29), 12)
    second = ask(now + timedelta(days=30), 12)
    states = dict(Request.objects.values_list("id", "state"))
    assert states == {first: "expired", second: "open"}
    run_once(now + timedelta(days=61))
    closed = Request.objects.get(pk=second)
    assert (closed.state, closed.closed_by_kind) == ("expired", "system")
