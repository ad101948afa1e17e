"""Whoever changes something says what they believe is there; where somebody was faster, nothing is done unseen."""

import re
from typing import Any

import pytest

from api_client import TEAM_10, ApiClient, email, seats, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def expecting(number: int, believed: int) -> dict[str, Any]:
    return {**seats(number), "expected": {"seats": believed}}


def seats_of_team(number: int) -> dict[str, Any]:
    return {**TEAM_10, "seats": number}


def fields(page: str) -> dict[str, str]:
    """The form as a browser would send it untouched: hidden fields, counts and what is chosen."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") not in ("radio", "checkbox") or " checked" in tag:
            found[given.get("name", "")] = given.get("value", "")
    return found


def test_an_increase_raced_by_a_larger_one_is_no_reduction(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    api.ok("POST", f"{path}/changes", {"edits": [expecting(15, 10)]}, by=email("billing_admin"))
    stale = api.fails(409, "POST", f"{path}/changes", {"edits": [expecting(12, 10)]}, by=email("owner"))
    assert stale["code"] == "stale"
    [edit] = stale["quote"]["edits"]
    assert (edit["capability"], edit["effective_on"]) == ("remove_seats", "2026-02-01")
    assert api.ok("GET", f"{path}/subscription")["scheduled"] == []


def test_quotes_and_requests_say_what_is_believed_too(api: ApiClient) -> None:
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    api.ok("POST", f"{path}/changes", {"edits": [seats(15)]})
    for address, who in (("quotes", "owner"), ("changes", "owner"), ("requests", "admin")):
        body = {"edits": [expecting(12, 10)]}
        assert api.fails(409, "POST", f"{path}/{address}", body, by=email(who))["code"] == "stale", address
    asked = api.ok("POST", f"{path}/requests", {"edits": [expecting(17, 15)]}, by=email("admin"))
    # Whoever approves sees what it comes to then; what the requester believed is no condition any more.
    api.ok("POST", f"{path}/changes", {"edits": [seats(16)]})
    assert api.ok("POST", f"{path}/requests/{asked['id']}/approve", by=email("owner"))["changes"]


@pytest.mark.parametrize("where", ["quotes", "changes"])
def test_that_something_else_is_there_is_said_before_why_it_cannot_be_done(api: ApiClient, where: str) -> None:
    path = api.account()
    api.take(path, seats_of_team(3))
    for member in api.ok("GET", f"{path}/members")["items"][:3]:
        api.ok("PUT", f"{path}/seats/support/members/{member['id']}")
    stale = api.fails(409, "POST", f"{path}/{where}", {"edits": [expecting(2, 10)]}, by=email("owner"))
    assert stale["code"] == "stale" and "quote" not in stale
    refused = api.fails(422, "POST", f"{path}/{where}", {"edits": [expecting(2, 3)]}, by=email("owner"))
    assert refused["code"] == "seats_in_use"


def test_a_form_that_cannot_be_done_any_more_is_about_what_is_there_once_it_was_sent(api: ApiClient) -> None:
    path = api.account()
    api.take(path, seats_of_team(3))
    for member in api.ok("GET", f"{path}/members")["items"][:3]:
        api.ok("PUT", f"{path}/seats/support/members/{member['id']}")
    owner = signed_in(email("owner"))
    form = {"quantity_support": "2", "was_quantity_support": "10", "was_plan_support": "team"}
    page = owner.post(f"{path}/manage", form)
    assert page.status_code == 422 and b"Something else is in force" in page.content
    again = fields(page.content.decode())
    assert again["was_quantity_support"] == "3" and again["quantity_support"] == "2"


def test_the_quote_of_a_stale_answer_is_taken_as_it_is_shown(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    stale = api.fails(409, "POST", f"{path}/changes", {"edits": [expecting(12, 11)]})
    [change] = api.ok("POST", f"{path}/changes", {"quote": stale["quote"]["id"]})["changes"]
    assert change["edit"] == seats(12)


@pytest.mark.parametrize("expected", [{}, [], "10", {"seats": "10"}, {"seats": 10, "other": 1}, {"seats": None}])
def test_what_cannot_be_believed_is_named(api: ApiClient, expected: Any) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    wrong = api.fails(422, "POST", f"{path}/quotes", {"edits": [{**seats(12), "expected": expected}]})
    assert wrong["code"] in ("bad_edit", "bad_body") and "expected" in wrong["detail"]


def test_a_form_that_was_open_while_somebody_changed_the_seats_changes_nothing_unseen(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    client = signed_in(email("owner"))
    opened = fields(client.get(f"{path}/manage").content.decode())
    api.ok("POST", f"{path}/changes", {"edits": [seats(15)]}, by=email("billing_admin"))

    untouched = client.post(f"{path}/manage", opened)
    assert untouched.status_code == 422, "what was not touched is no wish to go back to what the form showed"
    sent: Any = client.post(f"{path}/manage", {**opened, "quantity_support": "12"}, follow=True)
    page = sent.content.decode()
    assert "The subscription was changed while you were filling in the form" in page
    assert "15 → 12" in page
    assert api.ok("GET", f"{path}/subscription")["scheduled"] == []
    beside = client.post(f"{path}/manage/preview", {**opened, "quantity_support": "12"}).content.decode()
    assert "The subscription was changed while you were here" in beside
