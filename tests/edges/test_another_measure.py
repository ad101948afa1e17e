"""From a plan by the seat to one with a price for the account and back, on the page and by the API."""

from typing import Any, Final

import pytest

from api_client import ApiClient, email, signed_in
from pages import said, taken
from refusals import Worlds

pytestmark = pytest.mark.django_db(transaction=True)
EACH: Final = {"edit": "add_product", "product": "mixed", "plan": "each", "seats": 4}
OWNER: Final = email("owner")


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return Worlds(ApiClient()).api


def moved(plan: str, **fields: Any) -> dict[str, Any]:
    return {"edit": "change_plan", "product": "mixed", "plan": plan, **fields}


def give_to_two(api: ApiClient, path: str) -> tuple[str, str]:
    """Give mixed to the owner and to the agent."""
    ids = {one["email"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}
    two = ids[OWNER], ids[email("agent")]
    for member in two:
        api.ok("PUT", f"{path}/seats/mixed/members/{member}")
    return two


def test_the_page_offers_plans_of_another_measure_and_asks_how_many_there(api: ApiClient) -> None:
    path = api.account()
    api.take(path, EACH)
    give_to_two(api, path)
    client = signed_in(OWNER)
    form = said(client.get(f"{path}/manage"))
    assert "per seat" in form and "for the account" in form
    assert "Seats, for a plan priced by the seat" not in form

    assert "plan each → flat, 4 seats → for the account" in taken(client, path, plan_mixed="flat", quantity_mixed="4")
    assert api.ok("GET", f"{path}/subscription")["items"][0]["per"] == "account"
    seats = said(client.get(f"{path}/seats"))
    assert "2 people use it; it has no seats now" in seats
    assert "of 0 used" not in seats and "more are used than are bought" not in seats and "Assign to" not in seats

    form = said(client.get(f"{path}/manage"))
    assert "Seats, for a plan priced by the seat" in form and "people use it now: 2" in form
    wrong = client.post(f"{path}/manage", {"plan_mixed": "each", "seats_mixed": ""})
    assert "Give a whole number from 1 to" in said(wrong, 422)
    assert "plan flat → each, for the account → 3 seats" in taken(client, path, plan_mixed="each", seats_mixed="3")
    assert "plan flat → each, for the account → 3 seats" in said(client.get(f"{path}/history"))


def test_who_would_have_no_seat_is_named_and_gives_theirs_up_when_the_seats_begin(api: ApiClient) -> None:
    path = api.account()
    api.take(path, EACH)
    _, agent = give_to_two(api, path)
    api.take(path, moved("flat"))
    short = api.fails(422, "POST", f"{path}/changes", {"edits": [moved("each", seats=1, on="now")]})
    assert (short["code"], short["detail"]) == (
        "seats_in_use",
        "2 people use mixed; to keep 1 seats, name 1 more of them who give theirs up.",
    )
    fewer = {"plan_mixed": "each", "seats_mixed": "1"}
    owner = signed_in(OWNER)
    page = said(owner.post(f"{path}/manage", fewer), 422)
    assert "2 people use Mixed (seats left: 1). Choose 1 more person" in page and f"release_mixed_{agent}" in page
    assert owner.post(f"{path}/manage", {**fewer, f"release_mixed_{agent}": "1"}).status_code == 302
    api.take(path, moved("each", seats=1, on="now", release=[agent]))
    [seats] = [one for one in api.ok("GET", f"{path}/seats")["items"] if one["product"] == "mixed"]
    assert (seats["bought"], seats["used"]) == (1, 1)
