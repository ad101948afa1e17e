"""Credit and ceilings by the API and on pages: what is refused, what is asked once more, and what is done then."""

import re
from typing import Any

import pytest
from django.utils.html import escape

from bursar.cli.checks import data
from door import TEAM_10, Door, email, seats, signed_in
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
OWNER, ADMIN = email("owner"), email("admin")


@pytest.fixture
def door(vendor: None) -> Door:
    return Door()


@pytest.fixture
def assisted(door: Door) -> str:
    """An account whose type has no credit limit."""
    made = door.account("online_assisted")
    door.take(made, TEAM_10)
    return made


def bounds(door: Door, **entries: Any) -> None:
    """Publish a policy with other bounds; None takes an entry out."""
    document = {**door.ok("GET", "/policy"), **entries}
    door.ok("PUT", "/policy", {name: one for name, one in document.items() if one is not None})


def test_a_live_account_without_a_payment_method_cannot_buy_a_million_seats(door: Door) -> None:
    path = door.account(sandbox=False, today=None)
    refused = door.fails(403, "POST", f"{path}/changes", {"edits": [{**TEAM_10, "seats": 1_000_000}]}, by=OWNER)
    assert (refused["code"], refused["reason"]) == ("refused", "limit")
    refused = door.fails(403, "POST", f"{path}/changes", {"edits": [{**TEAM_10, "seats": 99_999}]}, by=OWNER)
    assert (refused["reason"], [one["role"] for one in refused["ask"]]) == ("credit", ["support"])
    # No gateway serves it, and so nobody is told to set a payment method.
    assert "payment method" not in refused["detail"]
    assert door.ok("GET", f"{path}/subscription")["items"] == []
    kinds = [one["data"].get("reason") for one in door.ok("GET", f"{path}/history")["items"]]
    assert kinds[:2] == ["credit", "limit"]


def test_a_payment_method_takes_an_account_beyond_its_credit(door: Door) -> None:
    path = door.account()
    beyond = {"edits": [{**TEAM_10, "seats": 600}]}
    quote = door.ok("POST", f"{path}/quotes", beyond, by=OWNER)
    assert (quote["outcome"], quote["edits"][0]["reason"], quote["lines"]) == ("refused", "credit", [])
    assert "Set a payment method" in quote["edits"][0]["detail"]
    door.fails(403, "POST", f"{path}/changes", {"quote": quote["id"]}, by=OWNER)
    door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"}, by=OWNER)
    assert door.ok("POST", f"{path}/changes", beyond, by=OWNER)["invoice"]["status"] == "paid"


def test_a_quote_within_the_credit_is_refused_once_something_else_was_bought(door: Door) -> None:
    path = door.account()
    first, second = (
        door.ok(
            "POST",
            f"{path}/quotes",
            {"edits": [{**TEAM_10, "product": product, "plan": plan, "seats": number}]},
            by=OWNER,
        )
        for product, plan, number in (("support", "team", 300), ("voice", "standard", 200))
    )
    assert (first["outcome"], second["outcome"]) == ("allowed", "allowed")
    door.ok("POST", f"{path}/changes", {"quote": first["id"]}, by=OWNER)
    assert door.fails(403, "POST", f"{path}/changes", {"quote": second["id"]}, by=OWNER)["reason"] == "credit"


def test_much_at_once_is_asked_once_more_by_the_api(door: Door, assisted: str) -> None:
    changes, much = f"{assisted}/changes", {"edits": [seats(10_011)]}
    quote = door.ok("POST", f"{assisted}/quotes", much, by=OWNER)
    assert (quote["outcome"], quote["confirm"]["seats"]) == ("allowed", 10_001)
    for asked in (much, {"quote": quote["id"]}, {**much, "confirm": False}):
        problem = door.fails(409, "POST", changes, asked, by=OWNER)
        assert (problem["code"], problem["confirm"]["seats"]) == ("confirm", 10_001)
        assert problem["confirm"]["amount"] == problem["due_today"] == {"amount_minor": 19_001_900, "currency": "EUR"}
    assert door.ok("GET", f"{assisted}/subscription")["items"][0]["quantity"] == 10
    door.fails(422, "POST", changes, {**much, "confirm": "yes"}, by=OWNER)
    done = door.ok("POST", changes, {"quote": quote["id"], "confirm": True}, by=OWNER, once="one")
    assert done["invoice"]["net"]["amount_minor"] == 19_001_900
    # Programs of the vendor are not asked, and nor is who adds little.
    door.ok("POST", changes, {"edits": [seats(90_000)]})
    assert door.ok("POST", f"{assisted}/quotes", {"edits": [seats(90_001)]}, by=OWNER)["confirm"] is None


def test_the_same_key_may_be_sent_again_once_it_is_confirmed(door: Door, assisted: str) -> None:
    much = {"edits": [seats(10_011)]}
    door.fails(409, "POST", f"{assisted}/changes", much, by=OWNER, once="one")
    door.ok("POST", f"{assisted}/changes", {**much, "confirm": True}, by=OWNER, once="one")


def test_a_request_for_much_is_confirmed_by_who_approves_it(door: Door, assisted: str) -> None:
    made = door.ok("POST", f"{assisted}/requests", {"edits": [seats(10_011)]}, by=ADMIN)
    approve = f"{assisted}/requests/{made['id']}/approve"
    assert made["today"]["confirm"]["seats"] == 10_001
    assert door.fails(409, "POST", approve, by=OWNER)["code"] == "confirm"
    assert door.fails(409, "POST", approve, {}, by=OWNER)["code"] == "confirm"
    door.fails(422, "POST", approve, {"confirm": 1}, by=OWNER)
    door.fails(422, "POST", approve, {"quote": "x"}, by=OWNER)
    door.ok("POST", approve, {"confirm": True}, by=OWNER)


def test_what_was_asked_for_in_time_is_refused_where_approving_it_goes_beyond_the_credit(
    door: Door, assisted: str
) -> None:
    made = door.ok("POST", f"{assisted}/requests", {"edits": [seats(600)]}, by=ADMIN)
    bounds(door, credit={"online_assisted": {"invoice_terms": True, "limit": "10000.00"}})
    refused = door.fails(403, "POST", f"{assisted}/requests/{made['id']}/approve", by=OWNER)
    assert refused["reason"] == "credit"
    assert "would owe more than" in said(signed_in(OWNER).get(f"{assisted}/requests/{made['id']}"))


@pytest.mark.parametrize(
    ("language", "asked", "yes"),
    [
        ("en", "This adds 10,001 seats, and €190,019.00 without tax", "Yes, update subscription"),
        ("fr", "Cela ajoute 10 001 licences, et 190 019,00 € hors taxes", "Oui, modifier l’abonnement"),
    ],
)
def test_a_page_asks_for_a_second_click(door: Door, assisted: str, language: str, asked: str, yes: str) -> None:
    owner = signed_in(OWNER, language)
    shown = said(owner.post(f"{assisted}/manage", {"quantity_support": "10011"}, follow=True))
    take = re.search(r'action="([^"]+/take)"', shown)
    assert take and asked not in _plain(shown) and yes not in shown
    once = owner.post(take[1])
    again = said(once, 409)
    assert asked in _plain(again) and yes in again
    # Everything else is as it was, and the button takes the same quote.
    assert take[0] in again and 'name="confirm" value="1"' in again
    assert door.ok("GET", f"{assisted}/subscription")["items"][0]["quantity"] == 10
    assert owner.post(take[1], {"confirm": "1"}).status_code == 302
    assert door.ok("GET", f"{assisted}/subscription")["items"][0]["quantity"] == 10_011


def test_the_page_of_a_request_asks_for_a_second_click(door: Door, assisted: str) -> None:
    made = door.ok("POST", f"{assisted}/requests", {"edits": [seats(10_011)]}, by=ADMIN)
    page, owner = f"{assisted}/requests/{made['id']}", signed_in(OWNER)
    digest = re.search(r'name="digest" value="(\w+)"', said(owner.get(page)))
    assert digest
    once = said(owner.post(f"{page}/approve", {"digest": digest[1]}), 409)
    assert "This adds 10,001 seats" in once and "Yes, approve" in once and digest[0] in once
    done = owner.post(f"{page}/approve", {"digest": digest[1], "confirm": "1"})
    assert done.status_code == 302
    assert door.ok("GET", f"{assisted}/subscription")["items"][0]["quantity"] == 10_011


def test_the_summary_of_a_page_says_that_it_is_beyond_the_credit_and_what_to_do(door: Door) -> None:
    path = door.account()
    form = {"add_support": "team", "quantity_support": "600"}
    for language, why in (("en", "Set a payment method"), ("fr", escape("Enregistrez un moyen de paiement"))):
        summary = said(signed_in(OWNER, language).post(f"{path}/manage", form, follow=True))
        assert why in summary and "/take" not in summary


def test_what_is_more_than_may_be_added_online_names_whom_to_ask(door: Door, assisted: str) -> None:
    refused = door.fails(403, "POST", f"{assisted}/changes", {"edits": [seats(100_011)], "confirm": True}, by=OWNER)
    assert (refused["reason"], refused["ask"][0]["role"]) == ("limit", "support")
    assert "100,000 seats" in refused["detail"]


def test_the_doctor_says_where_an_older_policy_limits_nothing(door: Door) -> None:
    assert [(one.name, one.state) for one in data.bounds()] == [("credit", "ok"), ("ceilings", "ok")]
    bounds(door, credit=None, ceilings=None)
    found = list(data.bounds())
    assert [(one.name, one.state) for one in found] == [("credit", "warning"), ("ceilings", "warning")]
    assert all("policies/standard.toml" in one.cure for one in found)
    path = door.account()
    door.take(path, {**TEAM_10, "seats": 150_000}, by=OWNER)


def test_an_entry_of_an_account_type_that_is_not_there_is_named(door: Door) -> None:
    document = {**door.ok("GET", "/policy"), "credit": {"nobody": {"invoice_terms": True}}}
    assert "nobody" in door.fails(422, "PUT", "/policy", document)["detail"]


def _plain(page: str) -> str:
    return page.replace("\xa0", " ").replace("\u202f", " ")
