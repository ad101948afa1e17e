"""A payment that waits is said before a form is filled in, and can be given up; a declined one loses no change."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar import checkout
from bursar.gateways.sandbox import Sandbox
from bursar.payments import queries as payments
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
OWNER = email("owner")


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def waiting(api: ApiClient) -> tuple[str, str]:
    """An account with ten seats, and its payment for two more, which waits to be confirmed."""
    path = api.account()
    api.take(path, TEAM_10)
    for token in ("ok", "needs_authentication"):
        api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": token})
    return path, api.take(path, seats(12), by=OWNER)["id"]


@pytest.mark.parametrize(
    ("language", "message"),
    [
        (
            "en",
            "A payment of this account waits to be finished; "
            "finish it, give it up, or wait until January 1, 2026 at 1:00\u202fAM (Paris time).",
        ),
        (
            "fr",
            "Un paiement de ce compte attend d’être terminé\xa0; "
            "terminez-le, abandonnez-le ou attendez jusqu’au 1er janvier 2026 à 01:00 (heure de Paris).",
        ),
    ],
)
def test_the_message_says_a_day_and_time_as_people_write_them_where_the_account_is(
    api: ApiClient, language: str, message: str
) -> None:
    path, _ = waiting(api)
    asked = {"edits": [seats(13)]}
    refused = api.fails(409, "POST", f"{path}/changes", asked, by=OWNER, **{"Accept-Language": language})
    assert refused["detail"] == message


@pytest.mark.parametrize("where", ["subscription", "manage", "payment", "cancel"])
def test_that_a_payment_waits_is_said_before_anything_is_filled_in(api: ApiClient, where: str) -> None:
    path, attempt = waiting(api)
    page = said(signed_in(OWNER).get(f"{path}/{where}"))
    assert "waits to be confirmed until January 1, 2026 at 1:00 AM (Paris time)" in page
    assert f"{path}/attempts/{attempt}/give-up" in page and "Give up the payment" in page
    if where in ("subscription", "manage"):
        page = said(signed_in(email("admin")).get(f"{path}/subscription"))
        assert "waits to be confirmed" in page and "give-up" not in page


def test_who_pays_gives_it_up_and_may_change_something_else(api: ApiClient) -> None:
    path, attempt = waiting(api)
    for who, status in (("admin", 403), ("agent", 403)):
        api.fails(status, "POST", f"{path}/attempts/{attempt}/give_up", by=email(who))
    owner = signed_in(OWNER)
    page = said(owner.post(f"{path}/attempts/{attempt}/give-up", follow=True), 402)
    assert "it was given up" in page and "nothing was changed" in page
    assert api.ok("GET", f"{path}/attempts/{attempt}")["state"] == "cancelled"
    assert api.fails(409, "POST", f"{path}/attempts/{attempt}/give_up")["code"] == "not_waiting"
    assert "not wait for the payer" in said(owner.post(f"{path}/attempts/{attempt}/give-up"), 409)
    assert api.ok("GET", f"{path}/subscription")["items"][0]["quantity"] == 10
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    api.take(path, seats(11), by=OWNER)


def test_a_charge_that_was_cancelled_at_the_gateway_was_given_up_and_not_declined(api: ApiClient) -> None:
    path, attempt = waiting(api)
    # As after a crash, or where the gateway tells of it before the giving up is written.
    Sandbox().cancel(attempt)
    account_id = UUID(path.rpartition("/")[2])
    checkout.follow_up(payments.attempt(account_id, UUID(attempt)), now=datetime.now(UTC))
    after = payments.attempt(account_id, UUID(attempt))
    assert (after.state, after.reason) == ("cancelled", "given_up")


def test_giving_up_with_the_same_key_is_done_once(api: ApiClient) -> None:
    path, attempt = waiting(api)
    first, second = (
        api.ok("POST", f"{path}/attempts/{attempt}/give_up", by=OWNER, idempotency_key="stop") for _ in range(2)
    )
    assert first["state"] == "cancelled" and second == first


@pytest.mark.parametrize("day", ["2026-01-01", "2026-01-20"])
def test_after_another_card_one_is_back_at_the_change_and_confirms_it(api: ApiClient, day: str) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    for token in ("ok", "declined_funds"):
        api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": token})
    owner = signed_in(OWNER)
    summary = owner.post(f"{path}/manage", {"quantity_support": "12"})["Location"]
    declined = said(owner.post(f"{summary}/take"), 402)
    where = f"{path}/payment?quote={summary.rpartition('/')[2]}"
    assert f'href="{where}"' in declined
    if day != "2026-01-01":
        api.ok("POST", f"{path}/clock", {"to": day})
    back: Any = owner.post(where, {"type": "card", "token": "ok"}, follow=True)
    page = said(back)
    assert "10 → 12" in page and "The payment type was changed" in page
    taken = owner.post(f"{back.redirect_chain[-1][0]}/take")
    assert taken.status_code == 302, said(taken, taken.status_code)
    assert api.ok("GET", f"{path}/subscription")["items"][0]["quantity"] == 12


def declining(api: ApiClient, path: str) -> Any:
    """The owner's browser, on an account whose card has no money left."""
    for token in ("ok", "declined_funds"):
        api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": token})
    return signed_in(OWNER)


def test_the_form_opens_again_as_it_was_filled_in_with_every_kind_of_change(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10, {"edit": "add_product", "product": "voice", "plan": "standard", "seats": 4})
    owner = declining(api, path)
    form = {
        "plan_support": "growth",
        "quantity_support": "17",
        "remove_voice": "1",
        "add_suite": "growth",
        "quantity_suite": "3",
    }
    summary = owner.post(f"{path}/manage", form)["Location"]
    declined = said(owner.post(f"{summary}/take"), 402)
    where = f"{path}/manage?quote={summary.rpartition('/')[2]}"
    assert f'href="{where}"' in declined and f'href="{where}"' in said(owner.get(summary))
    page = said(owner.get(where))
    for field, value in form.items():
        choice = field.startswith(("plan_", "remove_", "add_"))
        assert re.search(rf'name="{field}" [^>]*value="{value}"{"[^>]* checked" if choice else ""}', page), field
    # As it stands there it can be sent again, and asks for the same.
    again = said(owner.get(owner.post(f"{path}/manage", form)["Location"]))
    assert "10 → 17" in again and "10 → 17" in said(owner.get(summary))


def test_a_reason_is_there_again_when_cancelling_was_stopped(api: ApiClient) -> None:
    path, _ = waiting(api)
    owner = signed_in(OWNER)
    api.ok("POST", f"{path}/clock", {"to": "2026-01-02"})
    summary = owner.post(f"{path}/cancel", {"reason": "We move <on>"})["Location"]
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
    api.take(path, seats(13), by=OWNER)
    stopped = said(owner.post(f"{summary}/take"), 409)
    quote = summary.rpartition("/")[2]
    assert f'href="{path}/manage?quote={quote}"' in stopped
    assert "We move &lt;on&gt;" in said(owner.get(f"{path}/manage?quote={quote}", follow=True))
