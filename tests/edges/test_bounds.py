"""Credit and ceilings by the API and on pages: what is refused, what is asked once more, and what is done then."""

import re
from typing import Any

import pytest
from django.utils.html import escape

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.cli.checks import data
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
OWNER, ADMIN = email("owner"), email("admin")


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


@pytest.fixture
def assisted(api: ApiClient) -> str:
    """An account whose type has no credit limit."""
    made = api.account("online_assisted")
    api.take(made, TEAM_10)
    return made


def bounds(api: ApiClient, **entries: Any) -> None:
    """Publish a policy with other bounds; None takes an entry out."""
    document = {**api.ok("GET", "/policy"), **entries}
    api.ok("PUT", "/policy", {name: one for name, one in document.items() if one is not None})


def test_a_live_account_without_a_payment_method_cannot_buy_a_million_seats(api: ApiClient) -> None:
    path = api.account(sandbox=False, today=None)
    refused = api.fails(403, "POST", f"{path}/changes", {"edits": [{**TEAM_10, "seats": 1_000_000}]}, by=OWNER)
    assert (refused["code"], refused["reason"]) == ("refused", "limit")
    refused = api.fails(403, "POST", f"{path}/changes", {"edits": [{**TEAM_10, "seats": 99_999}]}, by=OWNER)
    assert (refused["reason"], [one["role"] for one in refused["ask"]]) == ("credit", ["support"])
    # No gateway serves it, and so nobody is told to set a payment method.
    assert "payment method" not in refused["detail"]
    assert api.ok("GET", f"{path}/subscription")["items"] == []
    kinds = [one["data"].get("reason") for one in api.ok("GET", f"{path}/history")["items"]]
    assert kinds[:2] == ["credit", "limit"]


def test_a_payment_method_takes_an_account_beyond_its_credit(api: ApiClient) -> None:
    path = api.account()
    beyond = {"edits": [{**TEAM_10, "seats": 600}]}
    quote = api.ok("POST", f"{path}/quotes", beyond, by=OWNER)
    assert (quote["outcome"], quote["edits"][0]["reason"], quote["lines"]) == ("refused", "credit", [])
    assert "Set a payment method" in quote["edits"][0]["detail"]
    api.fails(403, "POST", f"{path}/changes", {"quote": quote["id"]}, by=OWNER)
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"}, by=OWNER)
    assert api.ok("POST", f"{path}/changes", beyond, by=OWNER)["invoice"]["status"] == "paid"


def test_a_quote_within_the_credit_is_refused_once_something_else_was_bought(api: ApiClient) -> None:
    path = api.account()
    first, second = (
        api.ok(
            "POST",
            f"{path}/quotes",
            {"edits": [{**TEAM_10, "product": product, "plan": plan, "seats": number}]},
            by=OWNER,
        )
        for product, plan, number in (("support", "team", 300), ("voice", "standard", 200))
    )
    assert (first["outcome"], second["outcome"]) == ("allowed", "allowed")
    api.ok("POST", f"{path}/changes", {"quote": first["id"]}, by=OWNER)
    assert api.fails(403, "POST", f"{path}/changes", {"quote": second["id"]}, by=OWNER)["reason"] == "credit"


def test_much_at_once_is_asked_once_more_by_the_api(api: ApiClient, assisted: str) -> None:
    changes, much = f"{assisted}/changes", {"edits": [seats(10_011)]}
    quote = api.ok("POST", f"{assisted}/quotes", much, by=OWNER)
    assert (quote["outcome"], quote["confirm"]["seats"]) == ("allowed", 10_001)
    for asked in (much, {"quote": quote["id"]}, {**much, "confirm": False}):
        problem = api.fails(409, "POST", changes, asked, by=OWNER)
        assert (problem["code"], problem["confirm"]["seats"]) == ("confirm", 10_001)
        assert problem["confirm"]["amount"] == problem["due_today"] == {"amount_minor": 19_001_900, "currency": "EUR"}
    assert api.ok("GET", f"{assisted}/subscription")["items"][0]["quantity"] == 10
    api.fails(422, "POST", changes, {**much, "confirm": "yes"}, by=OWNER)
    done = api.ok("POST", changes, {"quote": quote["id"], "confirm": True}, by=OWNER, idempotency_key="one")
    assert done["invoice"]["net"]["amount_minor"] == 19_001_900
    # Programs of the vendor are not asked, and nor is who adds little.
    api.ok("POST", changes, {"edits": [seats(90_000)]})
    assert api.ok("POST", f"{assisted}/quotes", {"edits": [seats(90_001)]}, by=OWNER)["confirm"] is None


def test_the_same_key_may_be_sent_again_once_it_is_confirmed(api: ApiClient, assisted: str) -> None:
    much = {"edits": [seats(10_011)]}
    api.fails(409, "POST", f"{assisted}/changes", much, by=OWNER, idempotency_key="one")
    api.ok("POST", f"{assisted}/changes", {**much, "confirm": True}, by=OWNER, idempotency_key="one")


def test_a_request_for_much_is_confirmed_by_who_approves_it(api: ApiClient, assisted: str) -> None:
    made = api.ok("POST", f"{assisted}/requests", {"edits": [seats(10_011)]}, by=ADMIN)
    approve = f"{assisted}/requests/{made['id']}/approve"
    assert made["today"]["confirm"]["seats"] == 10_001
    assert api.fails(409, "POST", approve, by=OWNER)["code"] == "confirm"
    assert api.fails(409, "POST", approve, {}, by=OWNER)["code"] == "confirm"
    api.fails(422, "POST", approve, {"confirm": 1}, by=OWNER)
    api.fails(422, "POST", approve, {"quote": "x"}, by=OWNER)
    api.ok("POST", approve, {"confirm": True}, by=OWNER)


def test_what_was_asked_for_in_time_is_refused_where_approving_it_goes_beyond_the_credit(
    api: ApiClient, assisted: str
) -> None:
    made = api.ok("POST", f"{assisted}/requests", {"edits": [seats(600)]}, by=ADMIN)
    bounds(api, credit={"online_assisted": {"invoice_terms": True, "limit": "10000.00"}})
    refused = api.fails(403, "POST", f"{assisted}/requests/{made['id']}/approve", by=OWNER)
    assert refused["reason"] == "credit"
    assert "would owe more than" in said(signed_in(OWNER).get(f"{assisted}/requests/{made['id']}"))


@pytest.mark.parametrize(
    ("language", "asked", "yes"),
    [
        ("en", "This adds 10,001 seats, and €190,019.00 without tax", "Yes, update subscription"),
        ("fr", "Cela ajoute 10 001 licences, et 190 019,00 € hors taxes", "Oui, modifier l’abonnement"),
    ],
)
def test_a_page_asks_for_a_second_click(api: ApiClient, assisted: str, language: str, asked: str, yes: str) -> None:
    owner = signed_in(OWNER, language)
    shown = said(owner.post(f"{assisted}/manage", {"quantity_support": "10011"}, follow=True))
    take = re.search(r'action="([^"]+/take)"', shown)
    assert take and asked not in _plain(shown) and yes not in shown
    once = owner.post(take[1])
    again = said(once, 409)
    assert asked in _plain(again) and yes in again
    # Everything else is as it was, and the button takes the same quote.
    assert take[0] in again and 'name="confirm" value="1"' in again
    assert api.ok("GET", f"{assisted}/subscription")["items"][0]["quantity"] == 10
    assert owner.post(take[1], {"confirm": "1"}).status_code == 302
    assert api.ok("GET", f"{assisted}/subscription")["items"][0]["quantity"] == 10_011


def test_the_page_of_a_request_asks_for_a_second_click(api: ApiClient, assisted: str) -> None:
    made = api.ok("POST", f"{assisted}/requests", {"edits": [seats(10_011)]}, by=ADMIN)
    page, owner = f"{assisted}/requests/{made['id']}", signed_in(OWNER)
    digest = re.search(r'name="digest" value="(\w+)"', said(owner.get(page)))
    assert digest
    once = said(owner.post(f"{page}/approve", {"digest": digest[1]}), 409)
    assert "This adds 10,001 seats" in once and "Yes, approve" in once and digest[0] in once
    done = owner.post(f"{page}/approve", {"digest": digest[1], "confirm": "1"})
    assert done.status_code == 302
    assert api.ok("GET", f"{assisted}/subscription")["items"][0]["quantity"] == 10_011


def test_the_summary_of_a_page_says_that_it_is_beyond_the_credit_and_what_to_do(api: ApiClient) -> None:
    path = api.account()
    form = {"add_support": "team", "quantity_support": "600"}
    for language, why in (("en", "Set a payment method"), ("fr", escape("Enregistrez un moyen de paiement"))):
        summary = said(signed_in(OWNER, language).post(f"{path}/manage", form, follow=True))
        assert why in summary and "/take" not in summary


def test_what_is_more_than_may_be_added_online_names_whom_to_ask(api: ApiClient, assisted: str) -> None:
    refused = api.fails(403, "POST", f"{assisted}/changes", {"edits": [seats(100_011)], "confirm": True}, by=OWNER)
    assert (refused["reason"], refused["ask"][0]["role"]) == ("limit", "support")
    assert "100,000 seats" in refused["detail"]


def test_the_doctor_says_where_an_older_policy_limits_nothing(api: ApiClient) -> None:
    assert [(bound.name, bound.state) for bound in data.bounds()] == [("credit", "ok"), ("ceilings", "ok")]
    bounds(api, credit=None, ceilings=None)
    found = list(data.bounds())
    assert [(one.name, one.state) for one in found] == [("credit", "warning"), ("ceilings", "warning")]
    assert all("policies/standard.toml" in one.cure for one in found)
    path = api.account()
    api.take(path, {**TEAM_10, "seats": 150_000}, by=OWNER)


def test_an_entry_of_an_account_type_that_is_not_there_is_named(api: ApiClient) -> None:
    document = {**api.ok("GET", "/policy"), "credit": {"nobody": {"invoice_terms": True}}}
    assert "nobody" in api.fails(422, "PUT", "/policy", document)["detail"]


def _plain(page: str) -> str:
    return page.replace("\xa0", " ").replace("\u202f", " ")
