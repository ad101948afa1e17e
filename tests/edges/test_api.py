"""Every deed over the API: what is allowed happens and is billed, everything else says why and whom to ask."""

from typing import Any

import pytest

from api_client import ROLES, TEAM_10, ApiClient, email, seats

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


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
def test_every_capability_has_its_deed_and_does_what_was_decided(api: ApiClient, account_type: str, role: str) -> None:
    for capability, (method, where, body) in DEEDS.items():
        path = api.account(account_type)
        chat = {"edit": "add_product", "product": "chat", "plan": "standard", "seats": 1}
        first = api.take(path, {**TEAM_10, "plan": "professional"}, chat)
        members = api.ok("GET", f"{path}/members")["items"]
        admin = next(member["id"] for member in members if member["role"] == "admin")
        decided = api.ok("GET", f"{path}/capabilities", by=email(role))["items"]
        decision = next(one for one in decided if one["capability"] == capability)
        where = where.format(admin=admin, invoice=first["invoice"]["id"])
        done = api.call(method, path + where, body, by=email(role))
        kinds = [one["kind"] for one in api.ok("GET", f"{path}/history")["items"]]
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


def test_a_quote_is_taken_as_it_was_shown_and_once(api: ApiClient) -> None:
    path = api.account(tax_rate="0.20")
    quote = api.ok("POST", f"{path}/quotes", {"edits": [TEAM_10]}, by=email("owner"))
    assert quote["outcome"] == "allowed"
    assert quote["due_today"]["total"] == {"amount_minor": 22800, "currency": "EUR"}
    assert quote["next_renewal"]["on"] == "2026-02-01"
    taken = api.ok("POST", f"{path}/changes", {"quote": quote["id"]}, by=email("owner"))
    assert taken["invoice"]["total"] == quote["due_today"]["total"]
    shown = [{k: v for k, v in line.items() if k != "id"} for line in taken["invoice"]["lines"]]
    assert shown == quote["lines"]
    assert api.fails(409, "POST", f"{path}/changes", {"quote": quote["id"]})["code"] == "taken"


def test_a_quote_whose_figures_moved_is_stale_and_comes_with_the_new_one(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    api.ok("POST", f"{path}/clock", {"to": "2026-01-01T20:00:00+01:00"})
    quote = api.ok("POST", f"{path}/quotes", {"edits": [seats(12)]})
    api.ok("POST", f"{path}/clock", {"to": "2026-01-02"})
    stale = api.fails(409, "POST", f"{path}/changes", {"quote": quote["id"]})
    assert stale["code"] == "stale"
    assert stale["quote"]["due_today"] != quote["due_today"]
    taken = api.ok("POST", f"{path}/changes", {"quote": stale["quote"]["id"]})
    assert taken["invoice"]["total"] == stale["quote"]["due_today"]["total"]


def test_a_quote_expires_by_the_accounts_own_clock(api: ApiClient) -> None:
    path = api.account()
    quote = api.ok("POST", f"{path}/quotes", {"edits": [TEAM_10]})
    api.ok("POST", f"{path}/clock", {"to": "2026-01-03"})
    assert api.fails(409, "POST", f"{path}/changes", {"quote": quote["id"]})["code"] == "quote_expired"


def test_the_same_idempotency_key_answers_the_same_and_another_body_is_refused(api: ApiClient) -> None:
    path = api.account()
    for where, body in (("/quotes", {"edits": [TEAM_10]}), ("/changes", {"edits": [TEAM_10]})):
        first = api.ok("POST", path + where, body, idempotency_key="k1")
        assert api.ok("POST", path + where, body, idempotency_key="k1") == first
        other = api.fails(422, "POST", path + where, {"edits": [seats(3)]}, idempotency_key="k1")
        assert other["code"] == "idempotency_key_reused"
    assert len(api.ok("GET", f"{path}/invoices")["items"]) == 1
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "declined_funds"})
    for _ in range(2):
        assert (
            api.fails(402, "POST", f"{path}/changes", {"edits": [seats(12)]}, idempotency_key="k2")["code"]
            == "declined"
        )
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    paid = api.ok("POST", f"{path}/changes", {"edits": [seats(12)]}, idempotency_key="k3")
    assert api.ok("POST", f"{path}/changes", {"edits": [seats(12)]}, idempotency_key="k3") == paid
    made: dict[str, dict[str, Any]] = {
        "members": {"name": "Z", "email": "z@acme.example", "role": "agent"},
        "overrides": {"capability": "add_seats", "grant": False, "reason": "as agreed"},
    }
    for what, sent in made.items():
        one = api.ok("POST", f"{path}/{what}", sent, idempotency_key="k4")
        api.ok("DELETE", f"{path}/{what}/{one['id']}")
        # What it made is there no longer, and is not made again.
        assert api.fails(404, "POST", f"{path}/{what}", sent, idempotency_key="k4")["code"] == "not_found"
    opened = {"name": "B", "account_type": "managed", "currency": "USD", "owner": {"name": "O", "email": "o@b.example"}}
    assert api.ok("POST", "/accounts", opened, idempotency_key="k4") == api.ok(
        "POST", "/accounts", opened, idempotency_key="k4"
    )


def test_who_pays_automatically_pays_first_and_a_decline_changes_nothing(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    before = api.ok("GET", f"{path}/subscription")
    assert api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "declined_funds"})["collected"] == 0
    declined = api.fails(402, "POST", f"{path}/changes", {"edits": [seats(12)]}, by=email("owner"))
    assert declined["reason"] == "insufficient_funds"
    assert api.ok("GET", f"{path}/subscription")["items"] == before["items"]
    assert api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})["collected"] == 1
    taken = api.ok("POST", f"{path}/changes", {"edits": [seats(12)]}, by=email("owner"))
    assert taken["invoice"]["status"] == "paid"


def test_a_payment_that_needs_authentication_waits_and_holds_everything_else(api: ApiClient) -> None:
    path = api.account()
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
    waiting = api.call("POST", f"{path}/changes", {"edits": [TEAM_10]}, idempotency_key="k")
    assert waiting.status_code == 202
    attempt = waiting.json()
    assert (attempt["state"], attempt["address"]) == ("open", f"/sandbox/{attempt['id']}")
    assert api.fails(409, "POST", f"{path}/changes", {"edits": [TEAM_10]})["code"] == "payment_open"
    assert api.ok("GET", f"{path}/subscription")["items"] == []
    finished = api.ok("POST", f"{path}/attempts/{attempt['id']}/finish", {"outcome": "succeeded"})
    assert (finished["state"], finished["invoice"]["status"]) == ("succeeded", "paid")
    keyed = api.fails(
        409, "POST", f"{path}/attempts/{attempt['id']}/finish", {"outcome": "succeeded"}, idempotency_key="f"
    )
    assert keyed["code"] == "not_waiting"
    again = api.fails(409, "POST", f"{path}/attempts/{attempt['id']}/finish", {"outcome": "succeeded"})
    assert again["code"] == "not_waiting"
    assert (
        api.ok("POST", f"{path}/changes", {"edits": [TEAM_10]}, idempotency_key="k")["invoice"] == finished["invoice"]
    )


def test_a_payment_that_a_collection_began_is_found_where_it_waits(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    collected = api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
    assert collected["collected"] == 0
    waiting = api.ok("GET", f"{path}/payment_method")["waiting"]
    assert (waiting, waiting["state"]) == (collected["waiting"], "open")
    finished = api.ok("POST", f"{path}/attempts/{waiting['id']}/finish", {"outcome": "succeeded"})
    assert finished["invoice"]["status"] == "paid"
    assert api.ok("GET", f"{path}/payment_method")["waiting"] is None


def test_an_authentication_that_fails_or_never_comes_changes_nothing(api: ApiClient) -> None:
    path = api.account()
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
    first = api.ok("POST", f"{path}/changes", {"edits": [TEAM_10]})
    failed = api.fails(402, "POST", f"{path}/attempts/{first['id']}/finish", {"outcome": "failed"})
    assert failed["reason"] == "authentication_failed"
    finish = f"{path}/attempts/{api.ok('POST', f'{path}/changes', {'edits': [TEAM_10]})['id']}/finish"
    for _ in range(2):
        assert api.fails(402, "POST", finish, {"outcome": "failed"}, idempotency_key="f")["code"] == "declined"
    second = api.ok("POST", f"{path}/changes", {"edits": [TEAM_10]})
    api.ok("POST", f"{path}/clock", {"to": "2026-01-02"})
    assert api.ok("GET", f"{path}/attempts/{second['id']}")["state"] == "cancelled"
    assert api.ok("GET", f"{path}/subscription")["items"] == []


def test_a_clock_moves_forward_and_runs_what_falls_due_in_order(api: ApiClient) -> None:
    path = api.account(today="2026-01-31")
    api.take(path, TEAM_10)
    api.take(path, seats(5), by=email("owner"))
    api.ok("POST", f"{path}/clock", {"to": "2026-04-30"})
    invoices = api.ok("GET", f"{path}/invoices")["items"]
    assert [(invoice["on"], invoice["net"]["amount_minor"]) for invoice in invoices] == [
        ("2026-04-30", 9500),
        ("2026-03-31", 9500),
        ("2026-02-28", 9500),
        ("2026-01-31", 19000),
    ]
    assert api.fails(409, "POST", f"{path}/clock", {"to": "2026-04-29"})["code"] == "clock_backwards"
    assert [invoice["status"] for invoice in invoices] == ["open", "open", "overdue", "overdue"]


def test_renewals_of_automatic_payers_are_collected_after(api: ApiClient) -> None:
    path = api.account()
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    api.take(path, TEAM_10)
    api.ok("POST", f"{path}/clock", {"to": "2026-03-01"})
    assert [one["status"] for one in api.ok("GET", f"{path}/invoices")["items"]] == ["paid"] * 3
    journal = api.ok("GET", f"{path}/journal")["journal"]
    amounts = [line.split()[1] for line in journal.splitlines() if line.startswith("  ")]
    assert sum(int(amount.replace(".", "")) for amount in amounts) == 0
    assert journal.count("payment") == 3


def test_a_scheduled_change_is_undone_by_its_id(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    scheduled = api.take(path, seats(5), by=email("owner"))["changes"][0]
    assert api.ok("GET", f"{path}/subscription")["scheduled"][0]["id"] == scheduled["id"]
    pending = api.fails(409, "POST", f"{path}/quotes", {"edits": [seats(12)]})
    assert (pending["code"], pending["changes"]) == ("pending_change", [scheduled["id"]])
    api.ok("DELETE", f"{path}/changes/{scheduled['id']}", by=email("billing_admin"))
    assert api.ok("GET", f"{path}/subscription")["scheduled"] == []
    assert api.fails(404, "DELETE", f"{path}/changes/{scheduled['id']}")["code"] == "not_found"
    undo = {"edits": [{"edit": "undo", "change": scheduled["id"]}]}
    assert api.fails(422, "POST", f"{path}/changes", undo)["code"] == "unknown_change"


def test_a_policy_put_changes_every_answer_at_once(api: ApiClient) -> None:
    path = api.account("managed")
    api.take(path, TEAM_10)
    policy = api.ok("GET", "/policy")
    assert (
        api.fails(403, "POST", f"{path}/changes", {"edits": [seats(12)]}, by=email("owner"))["reason"] == "account_type"
    )
    policy["account_types"][0]["capabilities"] = ["add_seats"]
    assert api.ok("PUT", "/policy", policy)["version"] == 2
    assert api.ok("PUT", "/policy", policy)["version"] == 2
    api.take(path, seats(12), by=email("owner"))
    policy["account_types"][0]["capabilities"] = ["fly"]
    assert "account_types[0].capabilities" in api.fails(422, "PUT", "/policy", policy)["detail"]


def test_an_override_counts_until_its_last_day(api: ApiClient) -> None:
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    override = {"capability": "remove_seats", "grant": True, "reason": "as agreed", "until": "2026-01-02"}
    made = api.ok("POST", f"{path}/overrides", override)
    assert api.fails(409, "POST", f"{path}/overrides", override)["code"] == "override_exists"
    assert api.ok("POST", f"{path}/quotes", {"edits": [seats(5)]}, by=email("owner"))["outcome"] == "allowed"
    api.ok("POST", f"{path}/clock", {"to": "2026-01-03"})
    assert api.ok("POST", f"{path}/quotes", {"edits": [seats(5)]}, by=email("owner"))["outcome"] == "refused"
    api.ok("DELETE", f"{path}/overrides/{made['id']}")
    api.ok("POST", f"{path}/overrides", {**override, "until": None})
    assert api.ok("POST", f"{path}/quotes", {"edits": [seats(5)]}, by=email("owner"))["outcome"] == "allowed"
    api.ok("DELETE", f"{path}/overrides?capability=remove_seats")
    assert api.ok("GET", f"{path}/overrides")["items"] == []


def test_billing_admins_are_appointed_by_the_owner_and_only_from_admins(api: ApiClient) -> None:
    path = api.account()
    by_role = {one["role"]: one for one in api.ok("GET", f"{path}/members")["items"]}
    agent = f"{path}/members/{by_role['agent']['id']}"
    assert api.fails(422, "PATCH", agent, {"role": "billing_admin"}, by=email("owner"))["code"] == "only_from_admins"
    api.ok("PATCH", agent, {"role": "admin"}, by=email("admin"))
    assert api.fails(403, "PATCH", agent, {"role": "billing_admin"}, by=email("billing_admin"))["reason"] == "role"
    api.ok("PATCH", agent, {"role": "billing_admin"}, by=email("owner"))
    assert api.fails(422, "DELETE", f"{path}/members/{by_role['owner']['id']}")["code"] == "one_owner"
    assert api.fails(409, "POST", f"{path}/members", {"name": "A", "email": "ADMIN@acme.example", "role": "agent"})
    seen = {one["role"] for one in api.ok("GET", f"{path}/members", by=email("light_agent"))["items"]}
    assert seen == {"owner", "billing_admin"}


def test_costs_of_the_standing_subscription_show_where_the_policy_says(api: ApiClient) -> None:
    for account_type, shown in (("self_service", True), ("online_assisted", False)):
        path = api.account(account_type)
        api.take(path, TEAM_10)
        item = api.ok("GET", f"{path}/subscription", by=email("owner"))["items"][0]
        assert ("unit_price" in item) == shown
        api.ok("POST", f"{path}/overrides", {"capability": "show_costs", "grant": not shown, "reason": "asked"})
        item = api.ok("GET", f"{path}/subscription", by=email("owner"))["items"][0]
        assert ("unit_price" in item) != shown


def test_nothing_of_another_account_is_found(api: ApiClient) -> None:
    mine, other = api.account(), api.account()
    quote = api.ok("POST", f"{mine}/quotes", {"edits": [TEAM_10]})
    invoice = api.take(mine, TEAM_10)["invoice"]
    assert api.fails(404, "POST", f"{other}/changes", {"quote": quote["id"]})["code"] == "not_found"
    api.fails(404, "GET", f"{other}/invoices/{invoice['id']}")
    api.fails(404, "GET", "/accounts/00000000-0000-0000-0000-000000000000")
    assert api.fails(422, "GET", f"{mine}/subscription", by="stranger@example.com")["code"] == "unknown_actor"


def test_a_change_on_a_cancelled_account_is_refused_even_to_the_vendor(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    api.take(path, {"edit": "cancel"}, by=email("owner"))
    api.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    assert api.ok("GET", f"{path}/subscription")["state"] == "cancelled"
    assert len(api.ok("GET", f"{path}/invoices")["items"]) == 1
    for actor in (None, email("owner")):
        refused = api.fails(403, "POST", f"{path}/changes", {"edits": [TEAM_10]}, by=actor)
        assert refused["reason"] == "account_state"


def test_what_cannot_be_understood_is_refused_in_the_persons_language(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
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
        assert api.fails(422, "POST", f"{path}/quotes", body)["code"] == code, body
    french = api.fails(422, "POST", f"{path}/quotes", {"edits": [{"edit": "fly"}]}, **{"Accept-Language": "fr"})
    assert "il n’y a pas de modification" in french["detail"]
    assert api.fails(413, "POST", f"{path}/quotes", b" " * 2_000_000)["code"] == "too_large"
    unknown = {
        "name": "A",
        "account_type": "managed",
        "currency": "EURO",
        "owner": {"name": "O", "email": "o@a.example"},
    }
    assert api.fails(422, "POST", "/accounts", unknown)["code"] == "unknown_currency"
    assert (
        api.fails(422, "POST", "/accounts", {**unknown, "currency": "EUR", "time_zone": "Mars"})["code"]
        == "unknown_time_zone"
    )
    assert (
        api.fails(422, "POST", "/accounts", {**unknown, "currency": "EUR", "tax_rate": "20"})["code"] == "bad_tax_rate"
    )
    pounds = api.account_abroad("GBP")
    assert api.fails(422, "POST", f"{pounds}/quotes", {"edits": [TEAM_10]})["code"] == "no_price"


def test_only_a_key_opens_the_door_and_only_the_vendor_its_own(api: ApiClient) -> None:
    path = api.account()
    assert api.client.get("/api/v1/catalog").json()["code"] == "no_key"
    assert api.client.get("/api/v1/catalog", headers={"Authorization": "Bearer nothing"}).status_code == 401
    document = api.client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert all("401" in one["responses"] for path in document["paths"].values() for one in path.values())
    assert api.fails(404, "GET", "/accounts/not-an-id")["code"] == "not_found"
    for method, where in (("GET", f"{path}/overrides"), ("GET", "/accounts"), ("PUT", "/policy"), ("PUT", "/catalog")):
        assert api.fails(403, method, where, {}, by=email("owner"))["code"] == "vendor_only"


def test_a_catalog_change_never_alters_what_an_account_has(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    catalog = api.ok("GET", "/catalog")
    del catalog["products"][1]["plans"][0]
    api.ok("PUT", "/catalog", catalog)
    grown = api.take(path, seats(12), by=email("owner"))
    assert grown["invoice"]["lines"][1]["unit_price"] == "19.00"
    api.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    assert api.ok("GET", f"{path}/invoices")["items"][0]["net"]["amount_minor"] == 22800


def test_lists_are_read_page_by_page(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    api.ok("POST", f"{path}/clock", {"to": "2026-05-01"})
    first = api.ok("GET", f"{path}/invoices?limit=3")
    rest = api.ok("GET", f"{path}/invoices?limit=3&before={first['next']}")
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [3, 2, None]
    assert api.fails(422, "GET", f"{path}/invoices?limit=0")["code"] == "bad_body"
