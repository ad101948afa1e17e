"""Fewer seats than are in use, on Manage: one chooses there who gives theirs up, whoever was not seen for longest first."""

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from api_client import TEAM_10, ApiClient, email, signed_in
from bursar.seats.actions import note_seen
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
FIELD = re.compile(
    r'name="(release_support_[0-9a-f-]+)" value="1"( checked)?><span>([^<]*?) <span class="hint">([^<]*)<'
)


@pytest.fixture
def seated(vendor: None) -> tuple[ApiClient, str, dict[str, str]]:
    """Owner, billing admin, admin and agent each use one of ten seats; the ids of members by role."""
    api = ApiClient()
    path = api.account(today="2026-01-11")
    api.take(path, TEAM_10)
    ids = {one["role"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}
    for role in ("owner", "billing_admin", "admin", "agent"):
        api.ok("PUT", f"{path}/seats/support/members/{ids[role]}")
    account = UUID(path.rpartition("/")[2])
    for role, day in (("admin", 3), ("owner", 5), ("billing_admin", 4)):
        note_seen(account, UUID(ids[role]), date(2026, 1, day))
    return api, path, ids


@pytest.mark.parametrize("way", ["manage", "manage/preview"])
def test_manage_lists_who_could_give_a_seat_up_the_longest_unseen_first(
    seated: tuple[ApiClient, str, dict[str, str]], way: str
) -> None:
    _, path, ids = seated
    owner = signed_in(email("owner"))
    answer: Any = owner.post(f"{path}/{way}", {"quantity_support": "2"})
    page = said(answer, 422 if way == "manage" else 200)
    # The agent was given the seat after everybody else was last seen.
    names = [name for _, _, name, _ in FIELD.findall(page)]
    assert names == ["Admin", "Billing_Admin", "Owner", "Agent"]
    assert "last seen January 3, 2026" in page and "never seen in the product; has the seat since January 11" in page
    assert "4 people use Support (seats left: 2). Choose 2 more people who give theirs up." in page
    assert ids["light_agent"] not in page


def test_who_was_ticked_stays_ticked_beyond_the_people_that_are_listed(
    seated: tuple[ApiClient, str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path, ids = seated
    monkeypatch.setattr("bursar.center.manage.freed_seats.MOST_SHOWN", 2)
    owner = signed_in(email("owner"))
    page = said(owner.post(f"{path}/manage", {"quantity_support": "2", f"release_support_{ids['agent']}": "1"}), 422)
    listed = [(name, bool(checked)) for _, checked, name, _ in FIELD.findall(page)]
    assert listed == [("Admin", False), ("Billing_Admin", False), ("Agent", True)]
    assert "1 other person is not listed" in page


def test_who_is_ticked_gives_their_seat_up_at_the_renewal(seated: tuple[ApiClient, str, dict[str, str]]) -> None:
    api, path, ids = seated
    owner = signed_in(email("owner"))
    form = {"quantity_support": "2", f"release_support_{ids['agent']}": "1"}
    page = said(owner.post(f"{path}/manage", form), 422)
    ticked = [name for _, checked, name, _ in FIELD.findall(page) if checked]
    assert ticked == ["Agent"] and "Choose 1 more person who gives theirs up." in page
    sent = owner.post(f"{path}/manage", form | {f"release_support_{ids['admin']}": "1", "release_support_nobody": "1"})
    assert sent.status_code == 302
    assert owner.post(f"{sent['Location']}/take").status_code == 302
    api.ok("POST", f"{path}/clock", {"to": "2026-02-11"})
    [support] = api.ok("GET", f"{path}/seats")["items"]
    assert sorted(one["email"] for one in support["people"]) == [email("billing_admin"), email("owner")]


def test_who_is_ticked_and_then_keeps_enough_seats_loses_nothing(seated: tuple[ApiClient, str, dict[str, str]]) -> None:
    api, path, ids = seated
    owner = signed_in(email("owner"))
    sent = owner.post(f"{path}/manage", {"quantity_support": "12", f"release_support_{ids['agent']}": "1"})
    owner.post(f"{sent['Location']}/take")
    assert api.ok("GET", f"{path}/seats")["items"][0]["used"] == 4


def test_a_hundred_people_at_most_are_listed(vendor: None) -> None:
    api = ApiClient()
    path = api.account()
    api.take(path, {**TEAM_10, "seats": 120})
    for number in range(103):
        who = {"name": f"A{number}", "email": f"a{number}@acme.example", "role": "agent"}
        made = api.ok("POST", f"{path}/members", who)["id"]
        api.ok("PUT", f"{path}/seats/support/members/{made}")
    page = said(signed_in(email("owner"), "fr").post(f"{path}/manage", {"quantity_support": "5"}), 422)
    assert len(FIELD.findall(page)) == 100 and "3 autres personnes ne sont pas affichées" in page
