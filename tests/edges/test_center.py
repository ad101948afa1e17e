"""What is done on the pages is done as the API says it, refused where it says so, and asked for nobody else's account."""

import signal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.core.policy.capability import CAPABILITIES, ROLES
from bursar.i18n.decision import capability

pytestmark = pytest.mark.django_db(transaction=True)
DETAILS = {"sold_to_name": "Acme SAS", "sold_to_city": "Lyon", "vat_id": "FR40303265045", "purchase_order": "PO 7"}
CARD = {"type": "card", "token": "ok"}


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def page(client: Client, path: str) -> str:
    answer: Any = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return str(answer.content.decode())


def test_everybody_is_told_of_every_capability_what_the_api_says(api: ApiClient) -> None:
    for account_type in ("managed", "online_assisted", "self_service"):
        path = api.account(account_type)
        for role in ROLES:
            shown = page(signed_in(email(role)), f"{path}/capabilities").replace("&#x27;", "'")
            for one in api.ok("GET", f"{path}/capabilities", by=email(role))["items"]:
                name = capability(one["capability"])
                row = shown.split(f"<strong>{name[0].upper()}{name[1:]}</strong>")[1].split("</li>")[0]
                assert f"badge {one['outcome']}" in row, (account_type, role, one)
                assert (one["detail"] or "") in row, (account_type, role, one)
        assert set(CAPABILITIES) == {
            one["capability"] for one in api.ok("GET", f"{path}/capabilities", by=email("owner"))["items"]
        }


def test_a_page_of_another_account_is_as_unknown_as_one_that_is_not_there(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    stranger = email("owner").replace("acme", "else")
    other = api.account(owner={"name": "Else", "email": stranger})
    client, nobody = signed_in(stranger), Client()
    ours = [
        pattern for pattern in get_resolver("bursar.center.urls").url_patterns if "accounts/" in str(pattern.pattern)
    ]
    assert len(ours) > 20
    for our in ours:
        for account, known in ((path, False), (f"/accounts/{uuid4()}", False), (other, True)):
            where = str(our.pattern).replace("accounts/<uuid:account_id>", account)
            for name in ("quote_id", "order_id", "attempt_id", "change_id", "invoice_id", "member_id", "request_id"):
                where = where.replace(f"<uuid:{name}>", str(uuid4()))
            for answer in (client.get(where), client.post(where, {"to": "2026-02-01"})):
                assert known or answer.status_code in (404, 405), (where, answer.status_code)
                assert answer.status_code < 500, where
            assert {nobody.get(where).status_code, nobody.post(where).status_code} <= {401, 405}, where


def test_details_are_saved_for_future_invoices_and_nothing_that_the_form_does_not_show_is_lost(api: ApiClient) -> None:
    path = api.account()
    api.ok("PUT", f"{path}/billing_details", {"sold_to": {"name": "Old", "floor": "3"}})
    owner = signed_in(email("owner"))
    sent = {**DETAILS, "recipients": "Anna Weber <anna@example.com>\nbooks@example.com"}
    assert owner.post(f"{path}/details", sent).status_code == 302
    kept = api.ok("GET", f"{path}/billing_details")
    assert (kept["sold_to"]["name"], kept["sold_to"]["city"], kept["sold_to"]["floor"]) == ("Acme SAS", "Lyon", "3")
    assert (kept["bill_to"], kept["vat_id"], kept["purchase_order"]) == (None, "FR40303265045", "PO 7")
    assert kept["recipients"] == [
        {"name": "Anna Weber", "email": "anna@example.com"},
        {"name": "books", "email": "books@example.com"},
    ]
    assert "format checked" in page(owner, f"{path}/details")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("sold_to_name", "", "the name of the company"),
        ("recipients", "nobody", "not an email address: nobody"),
        ("sold_to_city", "x" * 201, "At most 200 characters"),
        ("bill_to_street", "x" * 201, "At most 200 characters"),
        ("vat_id", "x" * 41, "At most 40 characters"),
        ("purchase_order", "x" * 101, "At most 100 characters"),
        ("recipients", "\n".join(["a@example.com"] * 51), "At most 50 recipients"),
    ],
)
def test_details_that_are_wrong_say_so_and_change_nothing(api: ApiClient, field: str, value: str, said: str) -> None:
    path = api.account()
    before = api.ok("GET", f"{path}/billing_details")
    answer = signed_in(email("owner")).post(f"{path}/details", {**DETAILS, field: value})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert api.ok("GET", f"{path}/billing_details") == before


def test_a_line_of_recipients_is_refused_at_once_however_long_it_is(api: ApiClient) -> None:
    path, owner = api.account(), signed_in(email("owner"))

    def late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    try:
        answer = owner.post(f"{path}/details", {**DETAILS, "recipients": "a@" + "." * 500_000 + "<"})
    finally:
        signal.alarm(0)
    assert answer.status_code == 422 and "not an email address" in answer.content.decode()


def test_the_character_nul_in_an_address_is_as_unknown_and_in_a_field_as_if_it_were_not_there(api: ApiClient) -> None:
    path = api.account()
    owner = signed_in(email("owner"))
    member = api.ok("GET", f"{path}/members")["items"][-1]["id"]
    for where in (f"{path}/seats/a%00b/{member}/free", f"{path}/seats/a%00b/assign", "/sign-in/with/a%00b", "/%00"):
        assert owner.get(where).status_code == owner.post(where).status_code == 404, where
    for method, where, body in (
        ("DELETE", f"{path}/seats/a%00b/members/{member}", None),
        ("PUT", f"{path}/seats/a%00b", {"in_use": 1}),
    ):
        assert api.fails(404, method, where, body)["code"] == "not_found"
    assert owner.post(f"{path}/team/invite", {"name": "A\0da", "email": "ada@acme.example", "role": "agent"})
    assert [one["name"] for one in api.ok("GET", f"{path}/members")["items"]][-1] == "Ada"


def test_a_vat_id_that_cannot_be_one_is_named_and_kept(api: ApiClient) -> None:
    path = api.account()
    owner = signed_in(email("owner"))
    owner.post(f"{path}/details", {**DETAILS, "vat_id": "FR12345678901"})
    assert "FR12345678901 does not pass" in page(owner, f"{path}/details")
    assert api.ok("GET", f"{path}/billing_details")["vat_id"] == "FR12345678901"


def test_who_may_not_change_the_details_reads_them_with_the_reason_and_cannot_send_them(api: ApiClient) -> None:
    path = api.account("managed")
    before = api.ok("GET", f"{path}/billing_details")
    owner = signed_in(email("owner"))
    shown = page(owner, f"{path}/details")
    assert 'name="sold_to_name"' not in shown
    assert "you cannot change billing details" in shown
    assert owner.post(f"{path}/details", DETAILS).status_code == 422
    assert api.ok("GET", f"{path}/billing_details") == before
    assert signed_in(email("admin")).get(f"{path}/details").status_code == 403


def test_the_owner_appoints_and_removes_billing_admins_and_nobody_else_does(api: ApiClient) -> None:
    path = api.account()
    people = {one["role"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}
    owner, helper = signed_in(email("owner")), signed_in(email("billing_admin"))
    for client in (helper, signed_in(email("admin")), signed_in(email("agent"))):
        assert "mailto:owner@acme.example" in page(client, f"{path}/admins")
        assert client.post(f"{path}/admins/appoint", {"member": people["admin"]}).status_code == 409
        assert client.post(f"{path}/admins/{people['billing_admin']}/remove").status_code == 409
    assert owner.post(f"{path}/admins/appoint", {"member": people["agent"]}).status_code == 422
    assert owner.post(f"{path}/admins/appoint", {"member": "nobody"}).status_code == 422
    assert owner.post(f"{path}/admins/appoint", {"member": people["admin"]}).status_code == 302
    assert owner.post(f"{path}/admins/{people['billing_admin']}/remove").status_code == 302
    roles = {one["id"]: one["role"] for one in api.ok("GET", f"{path}/members")["items"]}
    assert (roles[people["admin"]], roles[people["billing_admin"]]) == ("billing_admin", "admin")


def test_a_new_payment_type_pays_what_is_open_and_only_the_owner_chooses_it(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    helper = signed_in(email("billing_admin"))
    assert 'value="debit"' not in page(helper, f"{path}/payment")
    refused = helper.post(f"{path}/payment", CARD)
    assert refused.status_code == 422
    assert "you cannot change the payment type. Owner (owner) can do this." in refused.content.decode()
    owner = signed_in(email("owner"))
    assert owner.post(f"{path}/payment", {"type": "card", "token": ""}).status_code == 422
    assert owner.post(f"{path}/payment", {"type": "shells", "token": "ok"}).status_code == 422
    assert owner.post(f"{path}/payment", CARD).status_code == 302
    assert "the open invoices were paid" in page(owner, f"{path}/payment")
    assert api.ok("GET", f"{path}/invoices")["items"][0]["status"] == "paid"
    assert owner.post(f"{path}/payment", {"type": "invoice"}).status_code == 422
    assert api.ok("GET", f"{path}/payment_method")["type"] == "card"


def test_an_invoice_is_paid_once_and_how_the_account_pays_stays(api: ApiClient) -> None:
    path = api.account("managed")
    invoice = api.take(path, TEAM_10)["invoice"]["id"]
    pay = f"{path}/invoices/{invoice}/pay"
    helper = signed_in(email("billing_admin"))
    refused = helper.post(pay, {"type": "card", "token": "declined_funds"})
    assert refused.status_code == 402
    assert "not enough funds" in refused.content.decode()
    waiting = helper.post(pay, {"type": "card", "token": "needs_authentication"})["Location"]
    gateway = helper.get(waiting)["Location"]
    assert gateway.startswith("/sandbox/")
    assert helper.post(pay, CARD).status_code == 409
    assert helper.get(helper.post(gateway, {"outcome": "failed"})["Location"]).status_code == 402
    assert helper.post(pay, CARD)["Location"] == f"{path}/invoices/{invoice}"
    assert api.ok("GET", f"{path}/invoices/{invoice}")["status"] == "paid"
    assert api.ok("GET", f"{path}/payment_method")["type"] == "invoice"
    assert helper.get(pay)["Location"] == f"{path}/invoices/{invoice}"
    assert signed_in(email("admin")).get(pay).status_code == 403


def test_a_quote_that_is_too_old_is_made_again_and_shown_beside_the_old_one(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    change = api.take(path, seats(5), by=email("owner"))["changes"][0]["id"]
    owner = signed_in(email("owner"))
    old = owner.post(f"{path}/manage", {"add_voice": "standard", "quantity_voice": "2"})["Location"]
    gone = owner.post(f"{path}/changes/{change}/undo")["Location"]
    api.ok("DELETE", f"{path}/changes/{change}", by=email("owner"))
    api.ok("POST", f"{path}/clock", {"to": "2026-01-03"})
    compared = owner.post(f"{old}/take")["Location"]
    assert f"instead_of={old.rpartition('/')[2]}" in compared
    old_said, new_said = page(owner, compared).split("What it is now")
    assert ("€58.00" in old_said, "€54.26" in new_said) == (True, True)
    assert owner.post(f"{gone}/take").status_code == 409
    assert len(api.ok("GET", f"{path}/invoices")["items"]) == 1


def test_what_the_vendor_scheduled_has_no_undo_and_says_whom_to_ask(api: ApiClient) -> None:
    path = api.account(representative={"name": "Rita", "email": "rita@vendor.example"})
    api.take(path, TEAM_10)
    api.take(path, {**seats(5), "on": "renewal"})
    owner = signed_in(email("owner"))
    shown = page(owner, f"{path}/subscription")
    assert "Your vendor scheduled this; ask Rita" in shown
    assert "/undo" not in shown
    form = page(owner, f"{path}/manage")
    assert 'name="undo_' not in form
    asked = owner.post(f"{path}/manage/preview", {"quantity_support": "8"}).content.decode()
    assert ('value="keep"' in asked, 'value="undo"' in asked) == (True, False)
    api.take(path, {"edit": "suspend", "on": "2026-03-01"})
    assert page(owner, f"{path}/subscription").count("Your vendor scheduled this; ask Rita") == 2


def test_who_may_not_see_the_subscription_does_not_learn_whose_request_waits(api: ApiClient) -> None:
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    asked = api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))["id"]
    refused = api.fails(403, "POST", f"{path}/requests/{asked}/withdraw", by=email("agent"))
    assert (refused["code"], refused["capability"]) == ("refused", "view_subscription")
    assert api.fails(409, "POST", f"{path}/requests/{asked}/withdraw", by=email("owner"))["code"] == "only_requester"


def test_while_a_payment_waits_a_request_offers_nothing_but_the_way_to_it(api: ApiClient) -> None:
    path = api.account("online_assisted")
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    api.take(path, TEAM_10)
    asked = api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))["id"]
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
    owner = signed_in(email("owner"))
    assert "/approve" in page(owner, f"{path}/requests/{asked}")
    api.ok("POST", f"{path}/requests/{asked}/approve", by=email("owner"))
    waiting = page(owner, f"{path}/requests/{asked}")
    assert "waits to be confirmed" in waiting and "Confirm the payment" in waiting
    assert ("/approve" in waiting, "/reject" in waiting) == (False, False)
    assert "/withdraw" not in page(signed_in(email("admin")), f"{path}/requests/{asked}")


def test_who_may_not_see_the_subscription_learns_nothing_of_it_by_a_preview_or_a_quote(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    quote = signed_in(email("owner")).post(f"{path}/manage", {"quantity_support": "12"})["Location"]
    agent = signed_in(email("agent"))
    for answer in (agent.post(f"{path}/manage/preview", {"quantity_support": "12"}), agent.get(quote)):
        assert answer.status_code == 403
        assert "10 →" not in answer.content.decode()


def test_a_cancellation_that_is_scheduled_is_not_asked_for_again(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    owner = signed_in(email("owner"))
    assert "February 1, 2026" in page(owner, f"{path}/cancel")
    owner.post(f"{owner.post(f'{path}/cancel', {})['Location']}/take")
    assert "The account ends on February 1, 2026" in page(owner, f"{path}/subscription")
    assert owner.get(f"{path}/cancel")["Location"] == f"{path}/subscription"
    assert signed_in(email("billing_admin")).get(f"{path}/cancel").status_code == 403


def test_the_clock_of_a_sandbox_moves_forward_and_what_falls_due_is_done(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    owner = signed_in(email("owner"))
    for to in ("2026-02-02", "2026-01-01", "tomorrow", ""):
        answer = owner.post(f"{path}/clock", {"to": to, "next": f"{path}/history"})
        assert answer["Location"] == f"{path}/history"
    assert api.ok("GET", path)["today"] == "2026-02-02"
    assert len(api.ok("GET", f"{path}/invoices")["items"]) == 2
    assert owner.post(f"{path}/clock", {"to": "2026-02-03", "next": "https://elsewhere.example"})["Location"] == "/"
    live = api.account(sandbox=False)
    owner.post(f"{live}/clock", {"to": "2030-01-01"})
    assert "Its clock stands at" not in page(owner, f"{live}/subscription")
    assert api.ok("GET", live)["today"] < "2030"


def test_history_is_told_in_words_and_filtered_by_what_and_when(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    api.call("POST", f"{path}/changes", {"edits": [seats(5)]}, by=email("agent"))
    api.ok("POST", f"{path}/clock", {"to": "2026-01-20"})
    api.take(path, seats(12), by=email("billing_admin"))
    admin = signed_in(email("admin"))
    everything = page(admin, f"{path}/history")
    assert "Support: 10 → 12 seats, 2 more (from January 20, 2026)" in everything
    assert "Refused: remove agent seats (role)." in everything
    assert '<td data-label="Who">Billing_Admin</td>' in everything
    later = page(admin, f"{path}/history?since=2026-01-10")
    assert ("10 → 12" in later, "Add Support" in later) == (True, False)
    assert "10 → 12" not in page(admin, f"{path}/history?until=2026-01-10")
    people = page(admin, f"{path}/history?about=people")
    assert ("was added as admin" in people, "10 → 12" in people) == (True, False)
    assert "10 → 12" in page(admin, f"{path}/history?about=nonsense&since=yesterday&before=x")
    table = page(admin, f"{path}/history.csv?about=people")
    assert table.startswith("\ufeffDay,Who,What\r\n") and "was added as admin" in table and "10 → 12" not in table
    assert signed_in(email("agent")).get(f"{path}/history").status_code == 403


def test_the_history_is_read_while_an_account_is_suspended_and_after_it_has_ended(api: ApiClient) -> None:
    path = api.account("self_service")
    api.take(path, TEAM_10)
    for edit, said in (("suspend", "Suspend the account"), ("cancel", "Cancel the account")):
        api.take(path, {"edit": edit, "on": "now"})
        assert said in page(signed_in(email("admin")), f"{path}/history")
        assert api.ok("GET", f"{path}/history", by=email("admin"))["items"]


def test_who_tries_what_only_the_owner_or_the_requester_does_stands_in_the_history(api: ApiClient) -> None:
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    heir = next(one for one in api.ok("GET", f"{path}/members")["items"] if one["role"] == "billing_admin")["id"]
    asked = api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))["id"]
    api.fails(409, "POST", f"{path}/owner", {"member": heir}, by=email("agent"))
    api.fails(409, "POST", f"{path}/requests/{asked}/withdraw", by=email("owner"))
    tried = api.ok("GET", f"{path}/history?about=refused")["items"]
    assert [(one["data"]["attempt"], one["data"]["reason"]) for one in tried] == [
        ("withdraw", "role"),
        ("pass_on", "role"),
    ]
    shown = page(signed_in(email("owner")), f"{path}/history?about=refused")
    assert "Refused: pass ownership on, which only the owner may do." in shown
    assert "Refused: withdraw the request of somebody else." in shown


def test_on_a_demo_one_chooses_who_to_be_and_nobody_real_can_be_chosen(api: ApiClient, settings: Any) -> None:
    path = api.account()
    owner = next(one for one in api.ok("GET", f"{path}/members")["items"] if one["role"] == "owner")["id"]
    assert owner not in Client().get("/").content.decode()
    assert Client().post("/demo", {"member": owner}).status_code == 404
    settings.DEMO = True
    client = Client()
    assert owner in page(client, "/")
    assert "May do everything" in page(client, "/")
    assert client.post("/demo", {"member": owner})["Location"] == "/"
    assert client.get(client.get("/")["Location"])["Location"] == f"{path}/subscription"
    assert Client().post("/demo", {"member": "x"}).status_code == 404
    live = api.account(sandbox=False, owner={"name": "Real", "email": "owner@acme.example"})
    assert live not in page(Client(), "/")
    assert Client().post("/demo", {"member": owner}).status_code == 404


def test_an_agent_lands_where_something_is_open(api: ApiClient) -> None:
    path = api.account()
    agent = signed_in(email("agent"))
    assert agent.get(path)["Location"] == f"{path}/capabilities"
    assert agent.get(f"{path}/subscription").status_code == 403


def test_ownership_is_passed_on_by_the_owner_alone_and_only_when_they_are_sure(vendor: None) -> None:
    api = ApiClient()
    path = api.account("managed")
    rows = {one["role"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}
    owner, heir = signed_in(email("owner")), {"member": rows["billing_admin"]}
    assert "Pass ownership on" in owner.get(f"{path}/admins").content.decode()
    assert "Pass ownership on" not in signed_in(email("billing_admin")).get(f"{path}/admins").content.decode()
    for sent, why in ((heir, "Tick the box if you want"), ({"sure": "1"}, "Choose one of the billing admins.")):
        answer: Any = owner.post(f"{path}/admins/owner", sent)
        assert answer.status_code == 422 and why in answer.content.decode()
    denied: Any = signed_in(email("admin")).post(f"{path}/admins/owner", {**heir, "sure": "1"})
    assert denied.status_code == 409 and "Only Owner, who owns the account" in denied.content.decode()
    assert owner.post(f"{path}/admins/owner", {**heir, "sure": "1"})["Location"] == f"{path}/admins"
    roles = {one["id"]: one["role"] for one in api.ok("GET", f"{path}/members")["items"]}
    assert (roles[rows["owner"]], roles[rows["billing_admin"]]) == ("admin", "owner")
    told = signed_in(email("billing_admin")).get(f"{path}/history?about=people").content.decode()
    assert "Ownership passed from Owner to Billing_Admin." in told
