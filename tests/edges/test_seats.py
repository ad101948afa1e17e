"""Seats and entitlements as programs use them."""

import re
from typing import Any

import pytest
from django.test import Client

from api_client import TEAM_10, ApiClient, email, seats, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def member(api: ApiClient, path: str, role: str) -> str:
    rows = api.ok("GET", f"{path}/members")["items"]
    return next(str(row["id"]) for row in rows if row["role"] == role)


def test_who_has_which_product_since_when_and_how_many_are_left(api: ApiClient) -> None:
    path = api.account(today="2026-03-05")
    api.take(path, TEAM_10)
    for role in ("owner", "light_agent"):
        api.ok("PUT", f"{path}/seats/support/members/{member(api, path, role)}", by=email("admin"))
    [shown] = api.ok("GET", f"{path}/seats", by=email("owner"))["items"]
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
    assert api.fails(403, "GET", f"{path}/seats", by=email("agent"))["reason"] == "role"
    assert api.ok("GET", f"{path}/subscription")["items"][0]["seats"] == {"bought": 10, "used": 1}
    kinds = [one["kind"] for one in api.ok("GET", f"{path}/history")["items"]]
    assert kinds.count("seat_assigned") == 2


def test_entitlements_are_what_the_account_agreed_and_each_member_has(api: ApiClient) -> None:
    path = api.account()
    assert api.ok("GET", f"{path}/entitlements") == {"state": "active", "trial_until": None, "products": []}
    api.take(path, TEAM_10, {"edit": "add_product", "product": "privacy", "plan": "standard"})
    api.ok("PUT", f"{path}/seats/support/members/{member(api, path, 'agent')}")
    support, privacy = api.ok("GET", f"{path}/entitlements")["products"]
    assert (support["plan"], support["quantity"], support["seats"]) == ("team", 10, {"bought": 10, "used": 1})
    assert {"en", "fr"} <= set(support["features"][0]) and support["mine"] is None
    assert privacy["seats"] is None
    mine = {
        role: [one["mine"] for one in api.ok("GET", f"{path}/entitlements", by=email(role))["products"]]
        for role in ("agent", "admin")
    }
    assert mine == {"agent": [True, True], "admin": [False, True]}
    api.take(path, {"edit": "suspend"})
    assert api.ok("GET", f"{path}/entitlements") == {"state": "suspended", "trial_until": None, "products": []}


def test_entitlements_that_have_not_changed_are_not_sent_again(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    first = api.call("GET", f"{path}/entitlements")
    same = api.call("GET", f"{path}/entitlements", **{"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    api.take(path, seats(11))
    later = api.call("GET", f"{path}/entitlements", **{"If-None-Match": first["ETag"]})
    assert later.status_code == 200 and later["ETag"] != first["ETag"]


def test_a_vendors_product_that_gives_seats_itself_says_how_many(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    api.ok("PUT", f"{path}/seats/support", {"in_use": 12})
    [shown] = api.ok("GET", f"{path}/seats")["items"]
    assert (shown["used"], shown["free"], shown["counted"]) == (12, 0, True)
    assert api.fails(403, "PUT", f"{path}/seats/support", {"in_use": 1}, by=email("owner"))["code"] == "vendor_only"
    assert api.fails(422, "PUT", f"{path}/seats/support", {"in_use": -1})["code"] == "bad_body"
    api.ok("PUT", f"{path}/seats/support", {"in_use": None})
    assert api.ok("GET", f"{path}/seats")["items"][0]["used"] == 0


def test_on_the_page_seats_are_given_taken_back_and_bought_in_the_same_place(api: ApiClient) -> None:
    path = api.account()
    api.take(path, {**TEAM_10, "seats": 1})
    owner = signed_in(email("owner"))
    assert "Nobody uses it yet." in said(owner, f"{path}/seats")
    agent, admin = member(api, path, "agent"), member(api, path, "admin")
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


def test_a_name_that_a_spreadsheet_would_calculate_is_exported_as_text(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    odd = {"name": '=HYPERLINK("x")', "email": "odd@acme.example", "role": "light_agent"}
    api.ok("PUT", f"{path}/seats/support/members/{api.ok('POST', f'{path}/members', odd)['id']}")
    answer: Any = signed_in(email("admin")).get(f"{path}/seats.csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode().splitlines()[1].startswith('Support,"\'=HYPERLINK(""x"")",odd@acme.example,')


def said(client: Client, where: str) -> str:
    answer: Any = client.get(where)
    assert answer.status_code == 200, (answer.status_code, where)
    return re.sub(r"\s+", " ", answer.content.decode())


def test_whom_the_product_asks_for_is_seen_that_day_and_whoever_is_not_for_a_month_is_idle(api: ApiClient) -> None:
    path = api.account(today="2026-03-05")
    api.take(path, TEAM_10)
    for role in ("owner", "admin", "light_agent"):
        api.ok("PUT", f"{path}/seats/support/members/{member(api, path, role)}", by=email("admin"))

    def seen() -> dict[str, Any]:
        [one] = api.ok("GET", f"{path}/seats")["items"]
        return {person["email"]: person["seen_on"] for person in one["people"]}

    api.ok("GET", f"{path}/entitlements")
    api.ok("GET", f"{path}/entitlements", by=email("agent"))
    assert set(seen().values()) == {None}, "only who has something, and only when it is asked about them"
    page = f"{path}/seats"
    for day, last, idle in (("2026-04-04", None, 0), ("2026-04-05", "2026-04-05", 1), ("2026-05-05", None, 1)):
        api.ok("POST", f"{path}/clock", {"to": day})
        if last:
            tag = api.call("GET", f"{path}/entitlements", by=email("owner"))["ETag"]
            assert (
                api.call("GET", f"{path}/entitlements", by=email("owner"), **{"If-None-Match": tag}).status_code == 304
            )
            assert seen() == {email("owner"): last, email("admin"): None, email("light_agent"): None}
        shown = signed_in(email("admin")).get(page).content.decode()
        assert shown.count(">idle<") == idle, day
    assert "last seen April 5, 2026" in shown and "1 seat idle" in shown
    api.ok("POST", f"{path}/clock", {"to": "2026-05-06"})
    shown = signed_in(email("admin")).get(page).content.decode()
    assert shown.count(">idle<") == 2 and "2 seats idle for a month or more" in shown
    table = signed_in(email("admin")).get(f"{path}/seats.csv").content.decode().splitlines()
    assert table[0].endswith(",Last seen") and table[1].endswith(",2026-04-05") and table[2].endswith(",")


def test_the_history_is_filtered_by_the_api_as_on_the_page(api: ApiClient) -> None:
    path = api.account(today="2026-03-05")
    api.take(path, TEAM_10)
    api.ok("POST", f"{path}/clock", {"to": "2026-03-20"})
    api.take(path, seats(12))

    def kinds(query: str) -> list[str]:
        return [one["kind"] for one in api.ok("GET", f"{path}/history?{query}")["items"]]

    assert kinds("about=subscription") == ["changes_taken"] * 2
    assert (
        kinds("about=subscription&since=2026-03-20")
        == kinds("about=subscription&until=2026-03-19")
        == ["changes_taken"]
    )
    assert "account_opened" in kinds("about=account") and kinds("about=refused") == []
    assert kinds("about=subscription&since=2026-03-21") == []
    for wrong in ("about=all", "since=yesterday", "until=0"):
        assert api.fails(422, "GET", f"{path}/history?{wrong}")["code"] == "bad_body"
