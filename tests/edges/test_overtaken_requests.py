"""Requests that nobody can approve any more, on pages, in emails and by the worker."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.jobs.steps import run_once
from bursar.notices.models import Email
from bursar.subscriptions.models import Request
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)


def asked(api: ApiClient, **fields: Any) -> tuple[str, str]:
    """The path of an online-assisted account, and that of an admin's request on it."""
    path = api.account("online_assisted", **fields)
    api.take(path, TEAM_10)
    made = api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))
    return path, f"{path}/requests/{made['id']}"


def emails(about: str) -> dict[str, str]:
    run_once(datetime.now(UTC))
    return {one.address: one.text for one in Email.objects.filter(subject__contains=about)}


def test_who_asked_is_told_why_their_request_was_closed_and_the_pages_say_so_too(vendor: None) -> None:
    api = ApiClient()
    path, request = asked(api, today="2026-01-11")
    api.ok("PATCH", path, {"account_type": "managed"})
    told = emails("closed by itself")
    assert list(told) == [email("admin")]
    assert "nobody in the account may make this change any more" in told[email("admin")]
    assert "Support: 10 → 12 seats" in told[email("admin")] and "ask again" in told[email("admin")]
    page = said(signed_in(email("owner")).get(request))
    assert "closed by itself, because nobody in the account may make this change any more" in page
    assert "overtaken by events" in page and "Approve" not in page
    assert "devenue sans objet" in said(signed_in(email("owner"), "fr").get(f"{path}/requests"))
    assert "closed by itself, because" in said(signed_in(email("owner")).get(f"{path}/history?about=requests"))
    assert "asked for changes" not in said(signed_in(email("owner")).get(f"{path}/subscription"))
    found = api.ok("GET", request)
    assert found["state"] == "overtaken" and found["closed"]["cause"] == "not_allowed"
    assert found["closed"]["by"]["kind"] == "system" and found["today"] is None


@pytest.mark.parametrize("what", [{"role": "light_agent"}, {"state": "suspended"}, None])
def test_reviewers_are_told_that_the_request_of_who_has_left_is_closed(vendor: None, what: Any) -> None:
    api = ApiClient()
    path, request = asked(api)
    admin = api.ok("GET", request)["member"]["id"]
    if what is None:
        api.ok("DELETE", f"{path}/members/{admin}")
    else:
        api.ok("PATCH", f"{path}/members/{admin}", what)
    told = emails("closed by itself")
    assert sorted(told) == [email("billing_admin"), email("owner")]
    assert "whoever asked may no longer ask for changes" in told[email("owner")]
    assert api.ok("GET", request)["state"] == "overtaken"


def test_who_approves_before_anybody_looked_is_told_that_it_is_closed_and_why(vendor: None) -> None:
    api = ApiClient()
    _, request = asked(api)
    policy = api.ok("GET", "/policy")
    types = [{**one, "capabilities": ["submit_requests"]} for one in policy["account_types"]]
    api.ok("PUT", "/policy", {**policy, "account_types": types})
    owner = signed_in(email("owner"), "fr")
    page = said(owner.post(f"{request}/approve", {"digest": "0"}), 409)
    assert "a été fermée automatiquement" in page and "Rien n’a été changé" in page
    assert api.fails(409, "POST", f"{request}/approve", by=email("owner"))["code"] == "request_closed"


def test_a_worker_looks_again_when_the_rules_are_new_and_each_day(vendor: None) -> None:
    api, now = ApiClient(), datetime.now(UTC)
    _, request = asked(api, sandbox=False, today=None)
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
    policy = api.ok("GET", "/policy")
    types = [{**one, "capabilities": ["submit_requests"]} for one in policy["account_types"]]
    api.ok("PUT", "/policy", {**policy, "account_types": types})
    run_once(datetime.now(UTC))
    assert row.values_list("state", "cause").get() == ("overtaken", "not_allowed")


def test_an_exception_that_ends_with_the_day_overtakes_a_request_on_the_next(vendor: None) -> None:
    api = ApiClient()
    path = api.account("managed", today="2026-01-11")
    api.take(path, TEAM_10)
    for one in ("add_seats", "submit_requests"):
        given = {"capability": one, "grant": True, "reason": "January", "until": "2026-01-12"}
        api.ok("POST", f"{path}/overrides", given)
    made = api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))
    for day, state in (("2026-01-12", "open"), ("2026-01-13", "overtaken")):
        api.ok("POST", f"{path}/clock", {"to": day})
        assert api.ok("GET", f"{path}/requests/{made['id']}")["state"] == state


def test_a_request_for_which_a_payment_waits_is_the_payers(vendor: None) -> None:
    api = ApiClient()
    path, request = asked(api)
    for token in ("ok", "needs_authentication"):
        api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": token})
    waiting = api.ok("POST", f"{request}/approve", by=email("owner"))
    api.ok("PATCH", path, {"account_type": "managed"})
    assert api.ok("GET", request)["state"] == "open"
    api.call("POST", f"{path}/attempts/{waiting['id']}/finish", {"outcome": "failed"})
    assert api.ok("GET", request)["state"] == "overtaken"
