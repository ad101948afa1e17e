"""The owner's limit for billing admins: set on the page or by the API, and what becomes of what goes beyond it."""

import re

import pytest

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.accounts.models import PurchaseLimit
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
FORM = {f"quantity_{product}": "13" for product in ("support",)}


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


@pytest.fixture
def path(api: ApiClient) -> str:
    made = api.account()
    api.take(made, TEAM_10)
    return made


def test_the_owner_sets_a_limit_and_a_billing_admin_who_goes_beyond_asks_the_owner(api: ApiClient, path: str) -> None:
    owner, helper = signed_in(email("owner")), signed_in(email("billing_admin"))
    assert owner.post(f"{path}/admins/limit", {"seats": "2", "amount": "100.50"}).status_code == 302
    page = said(owner.get(f"{path}/admins"))
    assert "up to 2 seats and €100.50 to a billing period" in page and 'value="100.50"' in page
    assert api.ok("GET", f"{path}/limit") == {"seats": 2, "amount": {"amount_minor": 10050, "currency": "EUR"}}
    assert "up to 2 seats and €100.50" in said(helper.get(f"{path}/admins"))
    # The summary says why, whom to ask, and what it would cost; the button asks.
    summary = said(helper.post(f"{path}/manage", FORM, follow=True))
    assert "beyond the limit for your role (billing admin)" in summary and "Owner (owner)" in summary
    assert "Submit request" in summary and "Update subscription" not in summary
    quote = re.search(r"/quotes/([0-9a-f-]{36})/ask", summary)
    assert quote
    asked = helper.post(f"{path}/quotes/{quote[1]}/ask", {"reason": "The spring campaign."})["Location"]
    # Whoever asked may not say yes to it; the owner may.
    request = asked.rpartition("/")[2]
    assert api.fails(403, "POST", f"{path}/requests/{request}/approve", by=email("billing_admin"))["reason"] == "limit"
    assert "beyond the limit for your role" in said(helper.get(asked))
    digest = re.search(r'name="digest" value="(\w+)"', said(owner.get(asked)))
    assert digest and "Support" in said(owner.post(f"{asked}/approve", {"digest": digest[1]}, follow=True))
    assert api.ok("GET", f"{path}/subscription")["items"][0]["quantity"] == 13
    assert "up to 2 seats and €100.50" in said(owner.get(f"{path}/history"))


def test_what_is_within_the_limit_is_done_at_once_and_counts_for_what_follows(api: ApiClient, path: str) -> None:
    api.ok("PUT", f"{path}/limit", {"seats": 2, "amount": None}, by=email("owner"))
    helper = email("billing_admin")
    api.ok("POST", f"{path}/changes", {"edits": [seats(12)]}, by=helper)
    beyond = api.fails(403, "POST", f"{path}/changes", {"edits": [seats(13)]}, by=helper)
    assert (beyond["code"], beyond["reason"], [one["role"] for one in beyond["ask"]]) == (
        "by_request",
        "limit",
        ["owner"],
    )
    api.ok("PUT", f"{path}/limit", {"seats": None, "amount": None}, by=email("owner"))
    api.ok("POST", f"{path}/changes", {"edits": [seats(13)]}, by=helper)


def test_what_is_no_limit_is_said_beside_its_field_and_nothing_is_lost(api: ApiClient, path: str) -> None:
    owner = signed_in(email("owner"), "fr")
    page = said(owner.post(f"{path}/admins/limit", {"seats": "many", "amount": "12.345"}), 422)
    assert "Indiquez un nombre entier" in page and "Indiquez un montant" in page
    assert 'value="many"' in page and 'value="12.345"' in page
    assert not PurchaseLimit.objects.exists()
    assert owner.post(f"{path}/admins/limit", {"seats": "", "amount": "1,50"}).status_code == 302
    assert api.ok("GET", f"{path}/limit")["amount"]["amount_minor"] == 150
    for wrong in ({"seats": -1, "amount": None}, {"seats": 1.5, "amount": None}, {"seats": 1}):
        assert api.fails(422, "PUT", f"{path}/limit", wrong)["code"] == "bad_body"
