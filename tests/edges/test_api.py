"""Every deed over the API: what is allowed happens and is billed, everything else says why and whom to ask."""

from typing import Any

import pytest

from door import ROLES, TEAM_10, Door, email, seats

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def door(vendor: None) -> Door:
    return Door()


DEEDS: dict[str, tuple[str, str, Any]] = {
    "add_seats": ("POST", "/changes", {"edits": [seats(12)]}),
    "remove_seats": ("POST", "/changes", {"edits": [seats(8)]}),
    "add_products": (
        "POST",
        "/changes",
        {"edits": [{"edit": "add_product", "product": "voice", "plan": "standard", "seats": 2}]},
    ),
    "remove_products": ("POST", "/changes", {"edits": [{"edit": "remove_product", "product": "chat"}]}),
    "upgrade_plan": (
        "POST",
        "/changes",
        {"edits": [{"edit": "change_plan", "product": "support", "plan": "enterprise"}]},
    ),
    "downgrade_plan": ("POST", "/changes", {"edits": [{"edit": "change_plan", "product": "support", "plan": "team"}]}),
    "change_billing_cycle": ("POST", "/changes", {"edits": [{"edit": "change_cycle", "cycle": "annual"}]}),
    "cancel_account": ("POST", "/changes", {"edits": [{"edit": "cancel", "reason": "we close"}]}),
    "change_payment_type": ("PUT", "/payment_method", {"type": "card", "token": "ok"}),
    "manage_invoices": ("PUT", "/billing_details", {"sold_to": {"name": "Acme SA"}, "purchase_order": "PO-7"}),
    "appoint_billing_admins": ("PATCH", "/members/{admin}", {"role": "billing_admin"}),
    "manage_members": ("POST", "/members", {"name": "New", "email": "new@acme.example", "role": "agent"}),
    "view_subscription": ("GET", "/subscription", None),
    "view_invoices": ("GET", "/invoices", None),
    "pay_invoice": ("POST", "/invoices/{invoice}/pay", {"type": "card", "token": "ok"}),
}


@pytest.mark.parametrize("account_type", ["managed", "online_assisted", "self_service"])
@pytest.mark.parametrize("role", ROLES)
def test_every_capability_has_its_deed_and_does_what_was_decided(door: Door, account_type: str, role: str) -> None:
    for capability, (method, where, body) in DEEDS.items():
        path = door.account(account_type)
        chat = {"edit": "add_product", "product": "chat", "plan": "standard", "seats": 1}
        first = door.take(path, {**TEAM_10, "plan": "professional"}, chat)
        members = door.ok("GET", f"{path}/members")["items"]
        admin = next(one["id"] for one in members if one["role"] == "admin")
        decided = door.ok("GET", f"{path}/capabilities", by=email(role))["items"]
        decision = next(one for one in decided if one["capability"] == capability)
        where = where.format(admin=admin, invoice=first["invoice"]["id"])
        done = door.call(method, path + where, body, by=email(role))
        kinds = [one["kind"] for one in door.ok("GET", f"{path}/history")["items"]]
        if decision["outcome"] == "allowed":
            assert done.status_code in (200, 201), (capability, role, done.content)
            assert "refused" not in kinds
            continue
        assert done.status_code == 403, (capability, role, done.content)
        answer = done.json()
        assert answer["code"] == ("by_request" if decision["outcome"] == "by_request" else "refused")
        assert (answer["reason"], answer["ask"]) == (decision["reason"], decision["ask"])
        assert answer["detail"] == decision["detail"] != ""
        assert ("refused" in kinds) == (method != "GET")


def test_a_quote_is_taken_as_it_was_shown_and_once(door: Door) -> None:
    path = door.account(tax_rate="0.20")
    quote = door.ok("POST", f"{path}/quotes", {"edits": [TEAM_10]}, by=email("owner"))
    assert quote["outcome"] == "allowed"
    assert quote["due_today"]["total"] == {"amount_minor": 22800, "currency": "EUR"}
    assert quote["next_renewal"]["on"] == "2026-02-01"
    taken = door.ok("POST", f"{path}/changes", {"quote": quote["id"]}, by=email("owner"))
    assert taken["invoice"]["total"] == quote["due_today"]["total"]
    shown = [{k: v for k, v in line.items() if k != "id"} for line in taken["invoice"]["lines"]]
    assert shown == quote["lines"]
    assert door.fails(409, "POST", f"{path}/changes", {"quote": quote["id"]})["code"] == "taken"


def test_a_quote_whose_figures_moved_is_stale_and_comes_with_the_new_one(door: Door) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    door.ok("POST", f"{path}/clock", {"to": "2026-01-01T20:00:00+01:00"})
    quote = door.ok("POST", f"{path}/quotes", {"edits": [seats(12)]})
    door.ok("POST", f"{path}/clock", {"to": "2026-01-02"})
    stale = door.fails(409, "POST", f"{path}/changes", {"quote": quote["id"]})
    assert stale["code"] == "stale"
    assert stale["quote"]["due_today"] != quote["due_today"]
    taken = door.ok("POST", f"{path}/changes", {"quote": stale["quote"]["id"]})
    assert taken["invoice"]["total"] == stale["quote"]["due_today"]["total"]


def test_a_quote_expires_by_the_accounts_own_clock(door: Door) -> None:
    path = door.account()
    quote = door.ok("POST", f"{path}/quotes", {"edits": [TEAM_10]})
    door.ok("POST", f"{path}/clock", {"to": "2026-01-03"})
    assert door.fails(409, "POST", f"{path}/changes", {"quote": quote["id"]})["code"] == "quote_expired"


def test_the_same_idempotency_key_answers_the_same_and_another_body_is_refused(door: Door) -> None:
    path = door.account()
    for where, body in (("/quotes", {"edits": [TEAM_10]}), ("/changes", {"edits": [TEAM_10]})):
        first = door.ok("POST", path + where, body, once="k1")
        assert door.ok("POST", path + where, body, once="k1") == first
        other = door.fails(422, "POST", path + where, {"edits": [seats(3)]}, once="k1")
        assert other["code"] == "idempotency_key_reused"
    assert len(door.ok("GET", f"{path}/invoices")["items"]) == 1
    door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "declined_funds"})
    for _ in range(2):
        assert door.fails(402, "POST", f"{path}/changes", {"edits": [seats(12)]}, once="k2")["code"] == "declined"
    door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    paid = door.ok("POST", f"{path}/changes", {"edits": [seats(12)]}, once="k3")
    assert door.ok("POST", f"{path}/changes", {"edits": [seats(12)]}, once="k3") == paid
    made: dict[str, dict[str, Any]] = {
        "members": {"name": "Z", "email": "z@acme.example", "role": "agent"},
        "overrides": {"capability": "add_seats", "grant": False, "reason": "as agreed"},
    }
    for what, sent in made.items():
        one = door.ok("POST", f"{path}/{what}", sent, once="k4")
        door.ok("DELETE", f"{path}/{what}/{one['id']}")
        # What it made is there no longer, and is not made again.
        assert door.fails(404, "POST", f"{path}/{what}", sent, once="k4")["code"] == "not_found"
    opened = {"name": "B", "account_type": "managed", "currency": "USD", "owner": {"name": "O", "email": "o@b.example"}}
    assert door.ok("POST", "/accounts", opened, once="k4") == door.ok("POST", "/accounts", opened, once="k4")


def test_who_pays_automatically_pays_first_and_a_decline_changes_nothing(door: Door) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    before = door.ok("GET", f"{path}/subscription")
    assert door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "declined_funds"})["collected"] == 0
    declined = door.fails(402, "POST", f"{path}/changes", {"edits": [seats(12)]}, by=email("owner"))
    assert declined["reason"] == "insufficient_funds"
    assert door.ok("GET", f"{path}/subscription")["items"] == before["items"]
    assert door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})["collected"] == 1
    taken = door.ok("POST", f"{path}/changes", {"edits": [seats(12)]}, by=email("owner"))
    assert taken["invoice"]["status"] == "paid"


def test_a_payment_that_needs_authentication_waits_and_holds_everything_else(door: Door) -> None:
    path = door.account()
    door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
    waiting = door.call("POST", f"{path}/changes", {"edits": [TEAM_10]}, once="k")
    assert waiting.status_code == 202
    attempt = waiting.json()
    assert (attempt["state"], attempt["address"]) == ("open", f"/sandbox/{attempt['id']}")
    assert door.fails(409, "POST", f"{path}/changes", {"edits": [TEAM_10]})["code"] == "payment_open"
    assert door.ok("GET", f"{path}/subscription")["items"] == []
    finished = door.ok("POST", f"{path}/attempts/{attempt['id']}/finish", {"outcome": "succeeded"})
    assert (finished["state"], finished["invoice"]["status"]) == ("succeeded", "paid")
    keyed = door.fails(409, "POST", f"{path}/attempts/{attempt['id']}/finish", {"outcome": "succeeded"}, once="f")
    assert keyed["code"] == "not_waiting"
    again = door.fails(409, "POST", f"{path}/attempts/{attempt['id']}/finish", {"outcome": "succeeded"})
    assert again["code"] == "not_waiting"
    assert door.ok("POST", f"{path}/changes", {"edits": [TEAM_10]}, once="k")["invoice"] == finished["invoice"]


def test_a_payment_that_a_collection_began_is_found_where_it_waits(door: Door) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    collected = door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
    assert collected["collected"] == 0
    waiting = door.ok("GET", f"{path}/payment_method")["waiting"]
    assert (waiting, waiting["state"]) == (collected["waiting"], "open")
    finished = door.ok("POST", f"{path}/attempts/{waiting['id']}/finish", {"outcome": "succeeded"})
    assert finished["invoice"]["status"] == "paid"
    assert door.ok("GET", f"{path}/payment_method")["waiting"] is None


def test_an_authentication_that_fails_or_never_comes_changes_nothing(door: Door) -> None:
    path = door.account()
    door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
    first = door.ok("POST", f"{path}/changes", {"edits": [TEAM_10]})
    failed = door.fails(402, "POST", f"{path}/attempts/{first['id']}/finish", {"outcome": "failed"})
    assert failed["reason"] == "authentication_failed"
    finish = f"{path}/attempts/{door.ok('POST', f'{path}/changes', {'edits': [TEAM_10]})['id']}/finish"
    for _ in range(2):
        assert door.fails(402, "POST", finish, {"outcome": "failed"}, once="f")["code"] == "declined"
    second = door.ok("POST", f"{path}/changes", {"edits": [TEAM_10]})
    door.ok("POST", f"{path}/clock", {"to": "2026-01-02"})
    assert door.ok("GET", f"{path}/attempts/{second['id']}")["state"] == "cancelled"
    assert door.ok("GET", f"{path}/subscription")["items"] == []


def test_a_clock_moves_forward_and_runs_what_falls_due_in_order(door: Door) -> None:
    path = door.account(today="2026-01-31")
    door.take(path, TEAM_10)
    door.take(path, seats(5), by=email("owner"))
    door.ok("POST", f"{path}/clock", {"to": "2026-04-30"})
    invoices = door.ok("GET", f"{path}/invoices")["items"]
    assert [(one["on"], one["net"]["amount_minor"]) for one in invoices] == [
        ("2026-04-30", 9500),
        ("2026-03-31", 9500),
        ("2026-02-28", 9500),
        ("2026-01-31", 19000),
    ]
    assert door.fails(409, "POST", f"{path}/clock", {"to": "2026-04-29"})["code"] == "clock_backwards"
    assert [one["status"] for one in invoices] == ["open", "open", "overdue", "overdue"]


def test_renewals_of_automatic_payers_are_collected_after(door: Door) -> None:
    path = door.account()
    door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    door.take(path, TEAM_10)
    door.ok("POST", f"{path}/clock", {"to": "2026-03-01"})
    assert [one["status"] for one in door.ok("GET", f"{path}/invoices")["items"]] == ["paid"] * 3
    journal = door.ok("GET", f"{path}/journal")["journal"]
    amounts = [line.split()[1] for line in journal.splitlines() if line.startswith("  ")]
    assert sum(int(amount.replace(".", "")) for amount in amounts) == 0
    assert journal.count("payment") == 3


def test_a_scheduled_change_is_undone_by_its_id(door: Door) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    scheduled = door.take(path, seats(5), by=email("owner"))["changes"][0]
    assert door.ok("GET", f"{path}/subscription")["scheduled"][0]["id"] == scheduled["id"]
    pending = door.fails(409, "POST", f"{path}/quotes", {"edits": [seats(12)]})
    assert (pending["code"], pending["changes"]) == ("pending_change", [scheduled["id"]])
    door.ok("DELETE", f"{path}/changes/{scheduled['id']}", by=email("billing_admin"))
    assert door.ok("GET", f"{path}/subscription")["scheduled"] == []
    assert door.fails(404, "DELETE", f"{path}/changes/{scheduled['id']}")["code"] == "not_found"
    undo = {"edits": [{"edit": "undo", "change": scheduled["id"]}]}
    assert door.fails(422, "POST", f"{path}/changes", undo)["code"] == "unknown_change"


def test_a_policy_put_changes_every_answer_at_once(door: Door) -> None:
    path = door.account("managed")
    door.take(path, TEAM_10)
    policy = door.ok("GET", "/policy")
    assert (
        door.fails(403, "POST", f"{path}/changes", {"edits": [seats(12)]}, by=email("owner"))["reason"]
        == "account_type"
    )
    policy["account_types"][0]["capabilities"] = ["add_seats"]
    assert door.ok("PUT", "/policy", policy)["version"] == 2
    assert door.ok("PUT", "/policy", policy)["version"] == 2
    door.take(path, seats(12), by=email("owner"))
    policy["account_types"][0]["capabilities"] = ["fly"]
    assert "account_types[0].capabilities" in door.fails(422, "PUT", "/policy", policy)["detail"]


def test_an_override_counts_until_its_last_day(door: Door) -> None:
    path = door.account("online_assisted")
    door.take(path, TEAM_10)
    override = {"capability": "remove_seats", "grant": True, "reason": "as agreed", "until": "2026-01-02"}
    made = door.ok("POST", f"{path}/overrides", override)
    assert door.fails(409, "POST", f"{path}/overrides", override)["code"] == "override_exists"
    assert door.ok("POST", f"{path}/quotes", {"edits": [seats(5)]}, by=email("owner"))["outcome"] == "allowed"
    door.ok("POST", f"{path}/clock", {"to": "2026-01-03"})
    assert door.ok("POST", f"{path}/quotes", {"edits": [seats(5)]}, by=email("owner"))["outcome"] == "refused"
    door.ok("DELETE", f"{path}/overrides/{made['id']}")
    door.ok("POST", f"{path}/overrides", {**override, "until": None})
    assert door.ok("POST", f"{path}/quotes", {"edits": [seats(5)]}, by=email("owner"))["outcome"] == "allowed"
    door.ok("DELETE", f"{path}/overrides?capability=remove_seats")
    assert door.ok("GET", f"{path}/overrides")["items"] == []


def test_billing_admins_are_appointed_by_the_owner_and_only_from_admins(door: Door) -> None:
    path = door.account()
    by_role = {one["role"]: one for one in door.ok("GET", f"{path}/members")["items"]}
    agent = f"{path}/members/{by_role['agent']['id']}"
    assert door.fails(422, "PATCH", agent, {"role": "billing_admin"}, by=email("owner"))["code"] == "only_from_admins"
    door.ok("PATCH", agent, {"role": "admin"}, by=email("admin"))
    assert door.fails(403, "PATCH", agent, {"role": "billing_admin"}, by=email("billing_admin"))["reason"] == "role"
    door.ok("PATCH", agent, {"role": "billing_admin"}, by=email("owner"))
    assert door.fails(422, "DELETE", f"{path}/members/{by_role['owner']['id']}")["code"] == "one_owner"
    assert door.fails(409, "POST", f"{path}/members", {"name": "A", "email": "ADMIN@acme.example", "role": "agent"})
    seen = {one["role"] for one in door.ok("GET", f"{path}/members", by=email("light_agent"))["items"]}
    assert seen == {"owner", "billing_admin"}


def test_costs_of_the_standing_subscription_show_where_the_policy_says(door: Door) -> None:
    for account_type, shown in (("self_service", True), ("online_assisted", False)):
        path = door.account(account_type)
        door.take(path, TEAM_10)
        item = door.ok("GET", f"{path}/subscription", by=email("owner"))["items"][0]
        assert ("unit_price" in item) == shown
        door.ok("POST", f"{path}/overrides", {"capability": "show_costs", "grant": not shown, "reason": "asked"})
        item = door.ok("GET", f"{path}/subscription", by=email("owner"))["items"][0]
        assert ("unit_price" in item) != shown


def test_nothing_of_another_account_is_found(door: Door) -> None:
    mine, other = door.account(), door.account()
    quote = door.ok("POST", f"{mine}/quotes", {"edits": [TEAM_10]})
    invoice = door.take(mine, TEAM_10)["invoice"]
    assert door.fails(404, "POST", f"{other}/changes", {"quote": quote["id"]})["code"] == "not_found"
    door.fails(404, "GET", f"{other}/invoices/{invoice['id']}")
    door.fails(404, "GET", "/accounts/00000000-0000-0000-0000-000000000000")
    assert door.fails(422, "GET", f"{mine}/subscription", by="stranger@example.com")["code"] == "unknown_actor"


def test_a_change_on_a_cancelled_account_is_refused_even_to_the_vendor(door: Door) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    door.take(path, {"edit": "cancel"}, by=email("owner"))
    door.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    assert door.ok("GET", f"{path}/subscription")["state"] == "cancelled"
    assert len(door.ok("GET", f"{path}/invoices")["items"]) == 1
    for actor in (None, email("owner")):
        refused = door.fails(403, "POST", f"{path}/changes", {"edits": [TEAM_10]}, by=actor)
        assert refused["reason"] == "account_state"


def test_what_cannot_be_understood_is_refused_in_the_persons_language(door: Door) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    cases: list[tuple[Any, str]] = [
        ({"edits": [{**TEAM_10, "product": "nothing"}]}, "unknown_product"),
        ({"edits": [{"edit": "change_plan", "product": "support", "plan": "nothing"}]}, "unknown_plan"),
        ({"edits": [{"edit": "change_cycle", "cycle": "weekly"}]}, "unknown_cycle"),
        ({"edits": [seats(0)]}, "bad_edit"),
        ({"edits": [seats(-3)]}, "bad_edit"),
        ({"edits": [{**seats(1), "seats": 1.5}]}, "bad_edit"),
        ({"edits": [seats(10**12)]}, "bad_edit"),
        ({"edits": [seats(11), seats(12)]}, "contradiction"),
        ({"edits": [{"edit": "fly"}]}, "unknown_edit"),
        ({"edits": []}, "bad_edit"),
        ({"edits": "all"}, "bad_body"),
        ({"edit": []}, "bad_body"),
        ({"edits": [seats(1)], "extra": 1}, "bad_body"),
        ([], "bad_body"),
        (b"{not json", "bad_body"),
        (b"", "bad_body"),
        (b"[" * 100_000, "bad_body"),
        (b'{"edits": [{"edit": "cancel", "reason": "\\u0000"}]}', "bad_body"),
        (b'{"edits": [{"edit": "cancel", "reason": "\\ud800"}]}', "bad_body"),
        (b'{"edits": [{"edit": "set_seats", "product": "support", "seats": NaN}]}', "bad_body"),
        (b'{"edits": [{"edit": "set_seats", "product": "support", "seats": ' + b"9" * 5000 + b"}]}", "bad_body"),
    ]
    for body, code in cases:
        assert door.fails(422, "POST", f"{path}/quotes", body)["code"] == code, body
    french = door.fails(422, "POST", f"{path}/quotes", {"edits": [{"edit": "fly"}]}, **{"Accept-Language": "fr"})
    assert "il n’y a pas de modification" in french["detail"]
    assert door.fails(413, "POST", f"{path}/quotes", b" " * 2_000_000)["code"] == "too_large"
    unknown = {
        "name": "A",
        "account_type": "managed",
        "currency": "EURO",
        "owner": {"name": "O", "email": "o@a.example"},
    }
    assert door.fails(422, "POST", "/accounts", unknown)["code"] == "unknown_currency"
    assert (
        door.fails(422, "POST", "/accounts", {**unknown, "currency": "EUR", "time_zone": "Mars"})["code"]
        == "unknown_time_zone"
    )
    assert (
        door.fails(422, "POST", "/accounts", {**unknown, "currency": "EUR", "tax_rate": "20"})["code"] == "bad_tax_rate"
    )
    pounds = door.account_abroad("GBP")
    assert door.fails(422, "POST", f"{pounds}/quotes", {"edits": [TEAM_10]})["code"] == "no_price"


def test_only_a_key_opens_the_door_and_only_the_vendor_its_own(door: Door) -> None:
    path = door.account()
    assert door.client.get("/api/v1/catalog").json()["code"] == "no_key"
    assert door.client.get("/api/v1/catalog", headers={"Authorization": "Bearer nothing"}).status_code == 401
    document = door.client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert all("401" in one["responses"] for path in document["paths"].values() for one in path.values())
    assert door.fails(404, "GET", "/accounts/not-an-id")["code"] == "not_found"
    for method, where in (("GET", f"{path}/overrides"), ("GET", "/accounts"), ("PUT", "/policy"), ("PUT", "/catalog")):
        assert door.fails(403, method, where, {}, by=email("owner"))["code"] == "vendor_only"


def test_a_catalog_change_never_alters_what_an_account_has(door: Door) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    catalog = door.ok("GET", "/catalog")
    del catalog["products"][1]["plans"][0]
    door.ok("PUT", "/catalog", catalog)
    grown = door.take(path, seats(12), by=email("owner"))
    assert grown["invoice"]["lines"][1]["unit_price"] == "19.00"
    door.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    assert door.ok("GET", f"{path}/invoices")["items"][0]["net"]["amount_minor"] == 22800


def test_lists_are_read_page_by_page(door: Door) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    door.ok("POST", f"{path}/clock", {"to": "2026-05-01"})
    first = door.ok("GET", f"{path}/invoices?limit=3")
    rest = door.ok("GET", f"{path}/invoices?limit=3&before={first['next']}")
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [3, 2, None]
    assert door.fails(422, "GET", f"{path}/invoices?limit=0")["code"] == "bad_body"
