"""Which gateway pays for which account: the sandbox gateway for sandbox accounts alone, whichever way it is tried."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

import bank
from api_client import TEAM_10, ApiClient, email, signed_in
from bursar.gateways.models import SandboxCharge
from bursar.jobs.steps import run_once
from bursar.payments.models import Attempt, Method, Payment
from factory import NOW

pytestmark = pytest.mark.django_db(transaction=True)
CARD: Final = {"type": "card", "token": "ok"}


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


@pytest.fixture
def live(api: ApiClient) -> str:
    return api.account(sandbox=False, today=None)


def page(client: Client, path: str) -> str:
    answer: Any = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return str(answer.content.decode())


def nothing_moved() -> None:
    rows = (Method, Attempt, Payment, SandboxCharge)
    assert [model.objects.count() for model in rows] == [0] * len(rows)


@pytest.mark.parametrize("by", [None, email("owner")])
def test_a_live_account_cannot_set_a_card_of_the_sandbox_gateway(api: ApiClient, live: str, by: str | None) -> None:
    for kind in ("card", "debit"):
        told = api.fails(409, "PUT", f"{live}/payment_method", {**CARD, "type": kind}, by=by)
        assert told["code"] == "no_gateway"
        assert "bank transfer on invoice" in told["detail"] and "support@example.com" in told["detail"]
    api.ok("PUT", f"{live}/payment_method", {"type": "invoice"})
    assert Method.objects.get().gateway == ""


def test_a_live_account_cannot_pay_an_invoice_by_the_sandbox_gateway(api: ApiClient, live: str) -> None:
    invoice = api.take(live, TEAM_10)["invoice"]["id"]
    told = api.fails(409, "POST", f"{live}/invoices/{invoice}/pay", CARD, by=email("owner"))
    assert told["code"] == "no_gateway"
    nothing_moved()
    assert api.ok("GET", f"{live}/invoices/{invoice}")["status"] == "open"


def test_the_pages_of_a_live_account_offer_no_card_and_say_why(api: ApiClient, live: str) -> None:
    invoice = api.take(live, TEAM_10)["invoice"]["id"]
    owner = signed_in(email("owner"))
    shown = page(owner, f"{live}/payment")
    assert 'name="token"' not in shown and "no way to pay by card or direct debit for this account yet" in shown
    assert f"{live}/invoices/{invoice}/pay" not in shown + page(owner, f"{live}/invoices") + page(
        owner, f"{live}/invoices/{invoice}"
    )
    paying = page(owner, f"{live}/invoices/{invoice}/pay")
    assert 'name="token"' not in paying and "pay by bank transfer on invoice" in paying
    for where in ("payment", f"invoices/{invoice}/pay"):
        answer = owner.post(f"{live}/{where}", CARD)
        assert answer.status_code in (409, 422) and "bank transfer on invoice" in answer.content.decode()
    nothing_moved()
    owner.post("/language", {"language": "fr"})
    assert "virement à réception de facture, ou adressez-vous à" in page(owner, f"{live}/payment")


def test_the_pages_of_a_sandbox_account_offer_its_test_cards(api: ApiClient) -> None:
    path = api.account()
    invoice = api.take(path, TEAM_10)["invoice"]["id"]
    owner = signed_in(email("owner"))
    for where in ("payment", f"invoices/{invoice}/pay"):
        assert 'name="token"' in page(owner, f"{path}/{where}")


def test_nobody_confirms_at_the_sandbox_gateway_what_a_live_account_owes(api: ApiClient, settings: Any) -> None:
    bank.connect(settings)
    live = api.account(sandbox=False, today=None)
    api.ok("PUT", f"{live}/payment_method", {"type": "card", "token": "needs_authentication"})
    attempt = api.take(live, TEAM_10)["id"]
    for client in (Client(), signed_in(email("owner"))):
        assert client.get(f"/sandbox/{attempt}").status_code == 404
        assert client.post(f"/sandbox/{attempt}", {"outcome": "succeeded"}).status_code == 404
    api.fails(404, "POST", f"{live}/attempts/{attempt}/finish", {"outcome": "succeeded"})
    assert (Attempt.objects.get().state, Payment.objects.count()) == ("open", 0)
    assert SandboxCharge.objects.get().outcome == "pending"


def test_an_old_attempt_of_the_sandbox_gateway_at_a_live_account_is_not_confirmed(api: ApiClient, live: str) -> None:
    invoice = UUID(api.take(live, TEAM_10)["invoice"]["id"])
    account = UUID(live.rpartition("/")[2])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_attempt DISABLE TRIGGER USER")
        old = Attempt.objects.create(
            account_id=account,
            invoice_id=invoice,
            amount_minor=1,
            currency="EUR",
            method_kind="card",
            gateway="sandbox",
            token="ok",
            state="open",
            expires_at=NOW,
            on=NOW.date(),
            created_at=NOW,
            actor_kind="vendor",
        )
        cursor.execute("ALTER TABLE payments_attempt ENABLE TRIGGER USER")
    assert Client().post(f"/sandbox/{old.id}", {"outcome": "succeeded"}).status_code == 404
    api.fails(404, "POST", f"{live}/attempts/{old.id}/finish", {"outcome": "succeeded"})
    assert Attempt.objects.get().state == "open"


def test_gateways_are_a_setting_and_each_pays_for_its_own_accounts(api: ApiClient, settings: Any) -> None:
    bank.connect(settings)
    live, sandbox = api.account(sandbox=False, today=None), api.account(name="Try", owner=OTHER)
    for path in (live, sandbox):
        api.ok("PUT", f"{path}/payment_method", CARD)
        api.take(path, TEAM_10)
    assert list(Method.objects.order_by("id").values_list("gateway", flat=True)) == ["bank", "sandbox"]
    assert list(Attempt.objects.order_by("id").values_list("gateway", "state")) == [
        ("bank", "succeeded"),
        ("sandbox", "succeeded"),
    ]


def test_what_an_account_pays_by_a_gateway_that_is_gone_waits_and_is_no_failure(api: ApiClient, settings: Any) -> None:
    bank.connect(settings)
    live = api.account(sandbox=False, today=None)
    invoice = api.take(live, TEAM_10)["invoice"]["id"]
    api.ok("PUT", f"{live}/payment_method", {"type": "card", "token": "declined_funds"})
    del settings.GATEWAYS["bank"]
    chat = {"edits": [{**TEAM_10, "product": "chat", "plan": "standard"}]}
    assert api.fails(409, "POST", f"{live}/changes", chat)["code"] == "no_gateway"
    run_once(datetime.now(UTC))
    assert api.ok("GET", f"{live}/invoices/{invoice}")["status"] == "open"


OTHER: Final = {"name": "Else", "email": "else@other.example"}
