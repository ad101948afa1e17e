"""Seats and entitlements as programs use them."""

import re
from typing import Any

import pytest
from django.test import Client

from door import TEAM_10, Door, email, seats, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def door(vendor: None) -> Door:
    return Door()


def member(door: Door, path: str, role: str) -> str:
    rows = door.ok("GET", f"{path}/members")["items"]
    return next(str(one["id"]) for one in rows if one["role"] == role)


def test_who_has_which_product_since_when_and_how_many_are_left(door: Door) -> None:
    path = door.account(today="2026-03-05")
    door.take(path, TEAM_10)
    for role in ("owner", "light_agent"):
        door.ok("PUT", f"{path}/seats/support/members/{member(door, path, role)}", by=email("admin"))
    [shown] = door.ok("GET", f"{path}/seats", by=email("owner"))["items"]
    assert {name: shown[name] for name in ("product", "bought", "used", "free", "counted")} == {
        "product": "support",
        "bought": 10,
        "used": 1,
        "free": 9,
        "counted": False,
    }
    assert [(one["role"], one["seat"], one["since"][:10]) for one in shown["people"]] == [
        ("owner", True, "2026-03-04"),
        ("light_agent", False, "2026-03-04"),
    ]
    assert door.fails(403, "GET", f"{path}/seats", by=email("agent"))["reason"] == "role"
    assert door.ok("GET", f"{path}/subscription")["items"][0]["seats"] == {"bought": 10, "used": 1}
    kinds = [one["kind"] for one in door.ok("GET", f"{path}/history")["items"]]
    assert kinds.count("seat_assigned") == 2


def test_entitlements_are_what_the_account_agreed_and_each_member_has(door: Door) -> None:
    path = door.account()
    assert door.ok("GET", f"{path}/entitlements") == {"state": "active", "trial_until": None, "products": []}
    door.take(path, TEAM_10, {"edit": "add_product", "product": "privacy", "plan": "standard"})
    door.ok("PUT", f"{path}/seats/support/members/{member(door, path, 'agent')}")
    support, privacy = door.ok("GET", f"{path}/entitlements")["products"]
    assert (support["plan"], support["quantity"], support["seats"]) == ("team", 10, {"bought": 10, "used": 1})
    assert {"en", "fr"} <= set(support["features"][0]) and support["mine"] is None
    assert privacy["seats"] is None
    mine = {
        role: [one["mine"] for one in door.ok("GET", f"{path}/entitlements", by=email(role))["products"]]
        for role in ("agent", "admin")
    }
    assert mine == {"agent": [True, True], "admin": [False, True]}
    door.take(path, {"edit": "suspend"})
    assert door.ok("GET", f"{path}/entitlements") == {"state": "suspended", "trial_until": None, "products": []}


def test_entitlements_that_have_not_changed_are_not_sent_again(door: Door) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    first = door.call("GET", f"{path}/entitlements")
    same = door.call("GET", f"{path}/entitlements", **{"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    door.take(path, seats(11))
    later = door.call("GET", f"{path}/entitlements", **{"If-None-Match": first["ETag"]})
    assert later.status_code == 200 and later["ETag"] != first["ETag"]


def test_a_vendors_product_that_gives_seats_itself_says_how_many(door: Door) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    door.ok("PUT", f"{path}/seats/support", {"in_use": 12})
    [shown] = door.ok("GET", f"{path}/seats")["items"]
    assert (shown["used"], shown["free"], shown["counted"]) == (12, 0, True)
    assert door.fails(403, "PUT", f"{path}/seats/support", {"in_use": 1}, by=email("owner"))["code"] == "vendor_only"
    assert door.fails(422, "PUT", f"{path}/seats/support", {"in_use": -1})["code"] == "bad_body"
    door.ok("PUT", f"{path}/seats/support", {"in_use": None})
    assert door.ok("GET", f"{path}/seats")["items"][0]["used"] == 0


def test_on_the_page_seats_are_given_taken_back_and_bought_in_the_same_place(door: Door) -> None:
    path = door.account()
    door.take(path, {**TEAM_10, "seats": 1})
    owner = signed_in(email("owner"))
    assert "Nobody uses it yet." in said(owner, f"{path}/seats")
    agent, admin = member(door, path, "agent"), member(door, path, "admin")
    assert owner.post(f"{path}/seats/support/assign", {"member": agent})["Location"] == f"{path}/seats"
    shown = said(owner, f"{path}/seats")
    assert "1 of 1 used" in shown and "No seat is free." in shown and f'href="{path}/manage"' in shown
    for wrong, why in ((admin, "No seat of Support is free (bought: 1)"), ("nobody", "Choose somebody from the list.")):
        answer: Any = owner.post(f"{path}/seats/support/assign", {"member": wrong})
        assert answer.status_code == 422 and why in answer.content.decode()
    assert "(1 used, 0 free)" in said(owner, f"{path}/subscription")
    owner.post(f"{path}/seats/support/{agent}/free")
    owner.post(f"{path}/seats/support/{agent}/free")
    assert "Nobody uses it yet." in said(owner, f"{path}/seats")
    assert signed_in(email("agent")).get(f"{path}/seats").status_code == 403
    assert signed_in(email("agent")).post(f"{path}/seats/support/assign", {"member": admin}).status_code == 403


def test_a_name_that_a_spreadsheet_would_calculate_is_exported_as_text(door: Door) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    odd = {"name": '=HYPERLINK("x")', "email": "odd@acme.example", "role": "light_agent"}
    door.ok("PUT", f"{path}/seats/support/members/{door.ok('POST', f'{path}/members', odd)['id']}")
    answer: Any = signed_in(email("admin")).get(f"{path}/seats.csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode().splitlines()[1].startswith('Support,"\'=HYPERLINK(""x"")",odd@acme.example,')


def said(client: Client, where: str) -> str:
    answer: Any = client.get(where)
    assert answer.status_code == 200, (answer.status_code, where)
    return re.sub(r"\s+", " ", answer.content.decode())


def test_whom_the_product_asks_for_is_seen_that_day_and_whoever_is_not_for_a_month_is_idle(door: Door) -> None:
    path = door.account(today="2026-03-05")
    door.take(path, TEAM_10)
    for role in ("owner", "admin", "light_agent"):
        door.ok("PUT", f"{path}/seats/support/members/{member(door, path, role)}", by=email("admin"))

    def seen() -> dict[str, Any]:
        [one] = door.ok("GET", f"{path}/seats")["items"]
        return {person["email"]: person["seen_on"] for person in one["people"]}

    door.ok("GET", f"{path}/entitlements")
    door.ok("GET", f"{path}/entitlements", by=email("agent"))
    assert set(seen().values()) == {None}, "only who has something, and only when it is asked about them"
    page = f"{path}/seats"
    for day, last, idle in (("2026-04-04", None, 0), ("2026-04-05", "2026-04-05", 1), ("2026-05-05", None, 1)):
        door.ok("POST", f"{path}/clock", {"to": day})
        if last:
            tag = door.call("GET", f"{path}/entitlements", by=email("owner"))["ETag"]
            assert (
                door.call("GET", f"{path}/entitlements", by=email("owner"), **{"If-None-Match": tag}).status_code == 304
            )
            assert seen() == {email("owner"): last, email("admin"): None, email("light_agent"): None}
        shown = signed_in(email("admin")).get(page).content.decode()
        assert shown.count(">idle<") == idle, day
    assert "last seen April 5, 2026" in shown and "1 seat idle" in shown
    door.ok("POST", f"{path}/clock", {"to": "2026-05-06"})
    shown = signed_in(email("admin")).get(page).content.decode()
    assert shown.count(">idle<") == 2 and "2 seats idle for a month or more" in shown
    table = signed_in(email("admin")).get(f"{path}/seats.csv").content.decode().splitlines()
    assert table[0].endswith(",Last seen") and table[1].endswith(",2026-04-05") and table[2].endswith(",")


def test_the_history_is_filtered_by_the_api_as_on_the_page(door: Door) -> None:
    path = door.account(today="2026-03-05")
    door.take(path, TEAM_10)
    door.ok("POST", f"{path}/clock", {"to": "2026-03-20"})
    door.take(path, seats(12))

    def kinds(query: str) -> list[str]:
        return [one["kind"] for one in door.ok("GET", f"{path}/history?{query}")["items"]]

    assert kinds("about=subscription") == ["changes_taken"] * 2
    assert (
        kinds("about=subscription&since=2026-03-20")
        == kinds("about=subscription&until=2026-03-19")
        == ["changes_taken"]
    )
    assert "account_opened" in kinds("about=account") and kinds("about=refused") == []
    assert kinds("about=subscription&since=2026-03-21") == []
    for wrong in ("about=all", "since=yesterday", "until=0"):
        assert door.fails(422, "GET", f"{path}/history?{wrong}")["code"] == "bad_body"
