"""A payment that waits is said before a form is filled in, and can be given up; a declined one loses no change."""

from typing import Any

import pytest

from door import TEAM_10, Door, email, seats, signed_in
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
OWNER = email("owner")


@pytest.fixture
def door(vendor: None) -> Door:
    return Door()


def waiting(door: Door) -> tuple[str, str]:
    """An account with ten seats, and its payment for two more, which waits to be confirmed."""
    path = door.account()
    door.take(path, TEAM_10)
    for token in ("ok", "needs_authentication"):
        door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": token})
    return path, door.take(path, seats(12), by=OWNER)["id"]


def test_the_message_says_a_day_and_time_as_people_write_them_where_the_account_is(door: Door) -> None:
    path, _ = waiting(door)
    refused = door.fails(409, "POST", f"{path}/changes", {"edits": [seats(13)]}, by=OWNER)
    assert refused["detail"] == (
        "A payment of this account waits to be finished; "
        "finish it, give it up, or wait until January 1, 2026 at 01:00 +0100."
    )


@pytest.mark.parametrize("where", ["subscription", "manage", "payment", "cancel"])
def test_that_a_payment_waits_is_said_before_anything_is_filled_in(door: Door, where: str) -> None:
    path, attempt = waiting(door)
    page = said(signed_in(OWNER).get(f"{path}/{where}"))
    assert "waits to be confirmed, until January 1, 2026 at 01:00" in page
    assert f"{path}/attempts/{attempt}/give-up" in page and "Give it up" in page
    if where in ("subscription", "manage"):
        page = said(signed_in(email("admin")).get(f"{path}/subscription"))
        assert "waits to be confirmed" in page and "give-up" not in page


def test_who_pays_gives_it_up_and_may_change_something_else(door: Door) -> None:
    path, attempt = waiting(door)
    for who, status in (("admin", 403), ("agent", 403)):
        door.fails(status, "POST", f"{path}/attempts/{attempt}/give_up", by=email(who))
    owner = signed_in(OWNER)
    page = said(owner.post(f"{path}/attempts/{attempt}/give-up", follow=True), 402)
    assert "it was given up" in page and "nothing was changed" in page
    assert door.ok("GET", f"{path}/attempts/{attempt}")["state"] == "cancelled"
    assert door.fails(409, "POST", f"{path}/attempts/{attempt}/give_up")["code"] == "not_waiting"
    assert "not wait for the payer" in said(owner.post(f"{path}/attempts/{attempt}/give-up"), 409)
    assert door.ok("GET", f"{path}/subscription")["items"][0]["quantity"] == 10
    door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    door.take(path, seats(11), by=OWNER)


def test_giving_up_with_the_same_key_is_done_once(door: Door) -> None:
    path, attempt = waiting(door)
    first, second = (door.ok("POST", f"{path}/attempts/{attempt}/give_up", by=OWNER, once="stop") for _ in range(2))
    assert first["state"] == "cancelled" and second == first


@pytest.mark.parametrize("day", ["2026-01-01", "2026-01-20"])
def test_after_another_card_one_is_back_at_the_change_and_confirms_it(door: Door, day: str) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    for token in ("ok", "declined_funds"):
        door.ok("PUT", f"{path}/payment_method", {"type": "card", "token": token})
    owner = signed_in(OWNER)
    summary = owner.post(f"{path}/manage", {"quantity_support": "12"})["Location"]
    declined = said(owner.post(f"{summary}/take"), 402)
    where = f"{path}/payment?quote={summary.rpartition('/')[2]}"
    assert f'href="{where}"' in declined
    if day != "2026-01-01":
        door.ok("POST", f"{path}/clock", {"to": day})
    back: Any = owner.post(where, {"type": "card", "token": "ok"}, follow=True)
    page = said(back)
    assert "10 → 12" in page and "The payment type was changed" in page
    taken = owner.post(f"{back.redirect_chain[-1][0]}/take")
    assert taken.status_code == 302, said(taken, taken.status_code)
    assert door.ok("GET", f"{path}/subscription")["items"][0]["quantity"] == 12
