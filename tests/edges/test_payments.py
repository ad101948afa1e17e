"""Payments through the API: booked once however often it is sent, shown to whoever sees invoices, and paid back."""

from typing import Any

import pytest

from api_client import TEAM_10, ApiClient, email

pytestmark = pytest.mark.django_db(transaction=True)
CAME: dict[str, Any] = {
    "amount": {"amount_minor": 20_000, "currency": "EUR"},
    "received_on": "2026-01-01",
    "reference": "INV 7",
    "entry": "2026-01/7",
    "note": "called about it",
}
PART: dict[str, Any] = {"amount": {"amount_minor": 400, "currency": "EUR"}, "reason": "goodwill", "note": "sorry"}


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


@pytest.fixture
def path(api: ApiClient) -> str:
    path = api.account()
    api.take(path, TEAM_10)
    return path


def test_what_came_pays_what_is_open_and_the_rest_is_credit(api: ApiClient, path: str) -> None:
    [invoice] = api.ok("GET", f"{path}/invoices")["items"]
    made = api.ok("POST", f"{path}/payments", CAME)
    assert (made["source"], made["entry"], made["received_on"], made["undone"]) == (
        "bank",
        "2026-01/7",
        "2026-01-01",
        False,
    )
    assert made["invoices"] == [{"invoice": invoice["id"], "amount": {"amount_minor": 19_000, "currency": "EUR"}}]
    assert made["unused"]["amount_minor"] == 1_000
    assert api.ok("GET", f"{path}/invoices/{invoice['id']}")["status"] == "paid"
    [told] = [one for one in api.ok("GET", f"{path}/history")["items"] if one["kind"] == "payment_received"]
    assert (told["data"]["invoice"], told["data"]["number"]) == (invoice["id"], invoice["number"])


def test_what_is_sent_twice_is_booked_and_paid_back_once(api: ApiClient, path: str) -> None:
    first, again = (api.ok("POST", f"{path}/payments", {**CAME, "entry": ""}, idempotency_key="came") for _ in range(2))
    assert first == again
    back = [api.ok("POST", f"{path}/payments/{first['id']}/refunds", PART, idempotency_key="back") for _ in range(2)]
    assert back[0] == back[1] and back[0]["state"] == "succeeded"
    [payment] = api.ok("GET", f"{path}/payments")["items"]
    assert (payment["refunded"]["amount_minor"], payment["unused"]["amount_minor"]) == (400, 600)
    assert payment["refunds"] == [back[0]]


def test_members_who_see_invoices_see_payments_without_the_vendors_notes(api: ApiClient, path: str) -> None:
    made = api.ok("POST", f"{path}/payments", CAME)
    api.ok("POST", f"{path}/payments/{made['id']}/refunds", PART)
    for by, note, why in ((None, "called about it", "sorry"), (email("owner"), None, None)):
        shown = api.ok("GET", f"{path}/payments/{made['id']}", by=by)
        assert (shown["note"], shown["refunds"][0]["note"]) == (note, why)
    assert api.fails(403, "GET", f"{path}/payments", by=email("agent"))["code"] == "refused"
    for call in ("payments", f"payments/{made['id']}/refunds", f"payments/{made['id']}/undo"):
        body = None if call.endswith("undo") else PART if call.endswith("refunds") else CAME
        assert api.fails(403, "POST", f"{path}/{call}", body, by=email("owner"))["code"] == "vendor_only"


def test_a_booking_that_was_undone_stays_in_the_list_and_its_invoice_is_open_again(api: ApiClient, path: str) -> None:
    made = api.ok("POST", f"{path}/payments", CAME)
    undone = api.ok("POST", f"{path}/payments/{made['id']}/undo")
    assert (undone["undone"], undone["invoices"], undone["unused"]["amount_minor"]) == (True, [], 0)
    assert api.ok("GET", f"{path}/payments")["items"] == [undone]
    [invoice] = api.ok("GET", f"{path}/invoices")["items"]
    assert invoice["open"]["amount_minor"] == 19_000
    journal = api.ok("GET", f"{path}/journal")["journal"]
    assert journal.count("payment 1") == journal.count("reversal 2") == 1


def test_a_list_of_payments_is_read_page_by_page(api: ApiClient, path: str) -> None:
    made = [api.ok("POST", f"{path}/payments", {**CAME, "entry": f"{number}"})["id"] for number in range(3)]
    first = api.ok("GET", f"{path}/payments?limit=2")
    rest = api.ok("GET", f"{path}/payments?limit=2&before={first['next']}")
    assert [one["id"] for one in (*first["items"], *rest["items"])] == made[::-1]
    assert rest["next"] is None
