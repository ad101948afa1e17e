"""What changes money says the money in the history: before and after, and to those alone who may see it."""

import re
from typing import Any

import pytest

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from pages import said


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def history(path: str, role: str = "owner", language: str = "en") -> str:
    page = said(signed_in(email(role), language).get(f"{path}/history"))
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("\xa0", " ").replace("\u202f", " ").split())


def newest(api: ApiClient, path: str, kind: str, **more: Any) -> Any:
    return next(one["data"] for one in api.ok("GET", f"{path}/history", **more)["items"] if one["kind"] == kind)


def test_an_agreed_price_is_in_the_history_with_before_and_after(api: ApiClient) -> None:
    path = api.account()
    api.take(path, {**TEAM_10, "seats": 46, "price": "1080.00"})
    assert "Add Support, plan Team: 46 seats (from January 1, 2026); agreed price €1,080.00 per seat" in history(path)
    api.take(path, {**seats(46), "price": "1000.00", "on": "2026-02-01"})
    told = "Support, 46 seats: agreed price €1,080.00 per seat → €1,000.00 per seat (from February 1, 2026)"
    assert told in history(path)
    french = "Support, 46 licences : prix convenu 1 080,00 € par licence → 1 000,00 € par licence"
    assert french in history(path, language="fr")
    [change] = newest(api, path, "changes_taken")["changes"]
    assert change["prices"] == [
        {
            "product": "support",
            "currency": "EUR",
            "before": {"rate": "1080.00", "per": "seat", "cycle": "monthly"},
            "after": {"rate": "1000.00", "per": "seat", "cycle": "monthly"},
        }
    ]


def test_another_plan_or_cycle_says_its_price(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    api.take(path, {"edit": "change_plan", "product": "support", "plan": "growth"})
    assert "price €19.00 per seat → €45.00 per seat" in history(path)
    api.take(path, {"edit": "change_cycle", "cycle": "annual"})
    assert "; Support: price €45.00 per seat → €450.00 per seat" in history(path)
    api.take(path, seats(12))
    [change] = newest(api, path, "changes_taken")["changes"]
    assert change["prices"] == [], "more of the same costs the same"


def test_what_is_invoiced_at_once_or_at_a_renewal_says_how_much_and_so_does_a_credit(api: ApiClient) -> None:
    path = api.account(tax_rate="0.2")
    api.take(path, TEAM_10)
    assert "Invoice: €228.00" in history(path)
    api.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    assert newest(api, path, "renewed")["total_minor"] == 22800
    assert "The subscription was renewed. Invoice: €228.00" in history(path)
    policy = api.ok("GET", "/policy")
    timing = {**policy["timing"], "remove_seats": {"effect": "end_of_term", "credit": True}}
    api.ok("PUT", "/policy", {**policy, "timing": timing})
    api.take(path, {**seats(4), "on": "now"})
    assert "Credit note: -€136.80" in history(path)


def test_a_payment_says_for_which_invoice_it_was(api: ApiClient) -> None:
    path = api.account()
    taken = api.take(path, TEAM_10)
    pay = {"type": "card", "token": "ok"}
    api.ok("POST", f"{path}/invoices/{taken['invoice']['id']}/pay", pay, by=email("owner"))
    assert f"€190.00 was paid for invoice {taken['invoice']['number']}." in history(path)


def test_limits_and_the_tax_rate_say_what_they_were_before(api: ApiClient) -> None:
    path = api.account()
    for most in (5, 9):
        api.ok("PUT", f"{path}/limit", {"seats": most, "amount": None}, by=email("owner"))
    assert (
        "Billing admins may add up to 9 seats per billing period without asking. Until then: "
        "Billing admins may add up to 5 seats per billing period without asking."
    ) in history(path)
    api.ok("PATCH", path, {"tax_rate": "0.2", "name": "Acme Ltd"})
    assert "Tax rate: 0% → 20% The vendor changed the account: name." in history(path)


def test_who_sees_neither_costs_nor_invoices_is_told_no_prices(api: ApiClient) -> None:
    path = api.account("online_assisted")
    api.take(path, {**TEAM_10, "price": "12.00"})
    assert "€12.00" in history(path)
    shown = history(path, "admin")
    assert "Add Support, plan Team: 10 seats" in shown and "€" not in shown
    told = newest(api, path, "changes_taken", by=email("admin"))
    assert told["total_minor"] is None and told["changes"][0]["prices"] == []
    assert "price" not in told["changes"][0]["edit"]
    assert newest(api, path, "changes_taken", by=email("owner"))["changes"][0]["edit"]["price"] == "12.00"


def test_who_sees_no_invoices_is_told_of_payments_without_amount_and_number(api: ApiClient) -> None:
    path = api.account()
    invoice = api.take(path, TEAM_10)["invoice"]
    pay = f"{path}/invoices/{invoice['id']}/pay"
    api.call("POST", pay, {"type": "card", "token": "declined"}, by=email("owner"))
    api.ok("POST", pay, {"type": "card", "token": "ok"}, by=email("owner"))
    api.fails(403, "GET", f"{path}/invoices", by=email("admin"))
    shown = history(path, "admin")
    assert "A payment was received." in shown and "A payment did not come through: " in shown
    assert invoice["number"] not in shown and invoice["number"] in history(path)
    assert "Un paiement a été reçu." in history(path, "admin", "fr")
    for kind in ("payment_received", "payment_failed"):
        told = newest(api, path, kind, by=email("admin"))
        assert told["amount_minor"] is None and told.get("number") is None
        assert newest(api, path, kind, by=email("owner"))["amount_minor"] == 19000


def test_who_sees_no_invoices_is_told_of_money_that_goes_back_without_amount(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    booked = {"amount": {"amount_minor": 2100, "currency": "EUR"}, "received_on": "2026-01-01"}
    wrong = api.ok("POST", f"{path}/payments", booked)["id"]
    api.ok("POST", f"{path}/payments/{wrong}/undo")
    right = api.ok("POST", f"{path}/payments", {**booked, "amount": {"amount_minor": 30000, "currency": "EUR"}})["id"]
    back = {"amount": {"amount_minor": 500, "currency": "EUR"}, "reason": "goodwill", "reference": "B-1"}
    api.ok("POST", f"{path}/payments/{right}/refunds", back)
    assert "A payment of €21.00 had been booked by mistake" in history(path)
    shown = history(path, "admin")
    assert "A payment had been booked by mistake; the booking was undone." in shown and "Money is paid back (" in shown
    assert not re.search(r"21\.00|300\.00|5\.00", shown)
    assert newest(api, path, "payment_undone", by=email("admin"))["amount_minor"] is None
    assert newest(api, path, "payment_refunded", by=email("admin"))["amount_minor"] is None


def test_an_undone_change_says_which_and_from_when(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    change = api.take(path, {**seats(8), "on": "renewal", "price": "17.00"})["changes"][0]["id"]
    api.ok("DELETE", f"{path}/changes/{change}")
    undone = "A scheduled change was undone: Support: 10 → 8 seats, 2 fewer (from February 1, 2026)"
    assert undone in history(path)
    assert "Un changement prévu a été annulé : Support : 10 → 8 licences, 2 de moins" in history(path, language="fr")
    [told] = newest(api, path, "changes_taken", by=email("owner"))["changes"]
    assert told["undoes"]["edit"] == "set_seats" and told["undoes"]["price"] == "17.00"
    assisted = api.account("online_assisted")
    api.take(assisted, TEAM_10)
    change = api.take(assisted, {**seats(8), "on": "renewal", "price": "17.00"})["changes"][0]["id"]
    api.ok("DELETE", f"{assisted}/changes/{change}")
    [told] = newest(api, assisted, "changes_taken", by=email("admin"))["changes"]
    assert "price" not in told["undoes"]


def test_an_undone_change_of_plan_cycle_or_product_is_named(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    for edit, said_ in (
        ({"edit": "change_plan", "product": "support", "plan": "growth"}, "Support: plan Team → Growth"),
        ({"edit": "change_cycle", "cycle": "annual"}, "Billing cycle: annual"),
        ({"edit": "cancel"}, "Cancel the account"),
    ):
        change = api.take(path, {**edit, "on": "renewal"})["changes"][0]["id"]
        api.ok("DELETE", f"{path}/changes/{change}")
        assert f"A scheduled change was undone: {said_}" in history(path), history(path)
