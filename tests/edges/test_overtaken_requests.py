"""Requests that nobody can approve any more, on pages, in emails and by the worker."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bursar.jobs.steps import run_once
from bursar.notices.models import Letter
from bursar.subscriptions.models import Request
from door import TEAM_10, Door, email, seats, signed_in
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)


def asked(door: Door, **fields: Any) -> tuple[str, str]:
    """The path of an online-assisted account, and that of an admin's request on it."""
    path = door.account("online_assisted", **fields)
    door.take(path, TEAM_10)
    made = door.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))
    return path, f"{path}/requests/{made['id']}"


def letters(about: str) -> dict[str, str]:
    run_once(datetime.now(UTC))
    return {one.address: one.text for one in Letter.objects.filter(subject__contains=about)}


def test_who_asked_is_told_why_their_request_was_closed_and_the_pages_say_so_too(vendor: None) -> None:
    door = Door()
    path, request = asked(door, today="2026-01-11")
    door.ok("PATCH", path, {"account_type": "managed"})
    told = letters("closed by itself")
    assert list(told) == [email("admin")]
    assert "nobody in the account may make this change any more" in told[email("admin")]
    assert "Support: 10 → 12 seats" in told[email("admin")] and "ask again" in told[email("admin")]
    page = said(signed_in(email("owner")).get(request))
    assert "closed by itself, because nobody in the account may make this change any more" in page
    assert "overtaken by events" in page and "Approve" not in page
    assert "devenue sans objet" in said(signed_in(email("owner"), "fr").get(f"{path}/requests"))
    assert "closed by itself, because" in said(signed_in(email("owner")).get(f"{path}/history?about=requests"))
    assert "asked for changes" not in said(signed_in(email("owner")).get(f"{path}/subscription"))
    found = door.ok("GET", request)
    assert found["state"] == "overtaken" and found["closed"]["cause"] == "not_allowed"
    assert found["closed"]["by"]["kind"] == "system" and found["today"] is None


@pytest.mark.parametrize("what", [{"role": "light_agent"}, {"state": "suspended"}, None])
def test_reviewers_are_told_that_the_request_of_who_has_left_is_closed(vendor: None, what: Any) -> None:
    door = Door()
    path, request = asked(door)
    admin = door.ok("GET", request)["member"]["id"]
    if what is None:
        door.ok("DELETE", f"{path}/members/{admin}")
    else:
        door.ok("PATCH", f"{path}/members/{admin}", what)
    told = letters("closed by itself")
    assert sorted(told) == [email("billing_admin"), email("owner")]
    assert "whoever asked may no longer ask for changes" in told[email("owner")]
    assert door.ok("GET", request)["state"] == "overtaken"


def test_who_approves_before_anybody_looked_is_told_that_it_is_closed_and_why(vendor: None) -> None:
    door = Door()
    _, request = asked(door)
    policy = door.ok("GET", "/policy")
    types = [{**one, "capabilities": ["submit_requests"]} for one in policy["account_types"]]
    door.ok("PUT", "/policy", {**policy, "account_types": types})
    owner = signed_in(email("owner"), "fr")
    page = said(owner.post(f"{request}/approve", {"digest": "0"}), 409)
    assert "s’est close d’elle-même" in page and "Rien n’a été changé" in page
    assert door.fails(409, "POST", f"{request}/approve", by=email("owner"))["code"] == "request_closed"


def test_a_worker_looks_again_when_the_rules_are_new_and_each_day(vendor: None) -> None:
    door, now = Door(), datetime.now(UTC)
    _, request = asked(door, sandbox=False, today=None)
    row = Request.objects.filter(pk=request.rpartition("/")[2])

    def looked_at() -> datetime:
        found = row.values_list("looked_at", flat=True).get()
        assert found is not None
        return found

    first = looked_at()
    run_once(now + timedelta(hours=23))
    assert looked_at() == first
    run_once(first + timedelta(hours=25))
    assert looked_at() == first + timedelta(hours=25)
    row.update(looked_at=first)
    policy = door.ok("GET", "/policy")
    types = [{**one, "capabilities": ["submit_requests"]} for one in policy["account_types"]]
    door.ok("PUT", "/policy", {**policy, "account_types": types})
    run_once(datetime.now(UTC))
    assert row.values_list("state", "cause").get() == ("overtaken", "not_allowed")


def test_an_exception_that_ends_with_the_day_overtakes_a_request_on_the_next(vendor: None) -> None:
    door = Door()
    path = door.account("managed", today="2026-01-11")
    door.take(path, TEAM_10)
    for one in ("add_seats", "submit_requests"):
        given = {"capability": one, "grant": True, "reason": "January", "until": "2026-01-12"}
        door.ok("POST", f"{path}/overrides", given)
    made = door.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))
    for day, state in (("2026-01-12", "open"), ("2026-01-13", "overtaken")):
        door.ok("POST", f"{path}/clock", {"to": day})
        assert door.ok("GET", f"{path}/requests/{made['id']}")["state"] == state


def test_a_request_for_which_a_payment_waits_is_the_payers(vendor: None) -> None:
    door = Door()
    path, request = asked(door)
    for token in ("ok", "needs_authentication"):
        door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": token})
    waiting = door.ok("POST", f"{request}/approve", by=email("owner"))
    door.ok("PATCH", path, {"account_type": "managed"})
    assert door.ok("GET", request)["state"] == "open"
    door.call("POST", f"{path}/attempts/{waiting['id']}/finish", {"outcome": "failed"})
    assert door.ok("GET", request)["state"] == "overtaken"
