"""Who was named to give a seat up has left, and somebody else has it: people are told in time, and name another."""

import json
import re
from datetime import UTC, datetime

import pytest

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.jobs.steps import run_once
from bursar.notices.models import Email
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
SHORT = "From February 11, 2026 on Support has too few seats (1): name 1 more person who gives theirs up."


@pytest.fixture
def reduced(vendor: None) -> tuple[ApiClient, str, dict[str, str]]:
    """The owner and the agent use two seats; from the renewal on there is one, and the agent gives theirs up."""
    api = ApiClient()
    path = api.account(today="2026-01-11")
    api.take(path, {**TEAM_10, "seats": 2})
    ids = {one["role"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}
    for role in ("owner", "agent"):
        api.ok("PUT", f"{path}/seats/support/members/{ids[role]}")
    api.take(path, {**seats(1), "release": [ids["agent"]]}, by=email("owner"))
    return api, path, ids


def test_whoever_gives_the_seat_to_another_is_told_at_once_and_so_are_owner_and_billing_admins(
    reduced: tuple[ApiClient, str, dict[str, str]],
) -> None:
    api, path, ids = reduced
    owner = signed_in(email("owner"))
    api.ok("DELETE", f"{path}/members/{ids['agent']}")
    assert "too few" not in said(owner.get(f"{path}/subscription"))
    admin = signed_in(email("admin"))
    assert admin.post(f"{path}/seats/support/assign", {"member": ids["admin"]}).status_code == 302
    assert SHORT in said(admin.get(f"{path}/seats"))
    run_once(datetime.now(UTC))
    told = {one.address: one.text for one in Email.objects.filter(subject__contains="too few")}
    assert sorted(told) == sorted(email(role) for role in ("owner", "billing_admin", "admin"))
    assert "Nobody is chosen for you." in told[email("owner")]
    page = said(owner.get(f"{path}/subscription"))
    assert SHORT in page and "Choose who" in page
    assert "trop peu de licences" in said(signed_in(email("owner"), "fr").get(f"{path}/history"))
    [support] = api.ok("GET", f"{path}/seats")["items"]
    assert (support["short"]["on"], support["short"]["seats"], support["short"]["more"]) == ("2026-02-11", 1, 1)
    # An admin who manages no subscription is told, and offered nothing that they may not do.
    assert "Choose who" not in said(admin.get(f"{path}/subscription"))


def test_another_is_named_on_the_page_and_the_renewal_has_seats_enough(
    reduced: tuple[ApiClient, str, dict[str, str]],
) -> None:
    api, path, ids = reduced
    owner = signed_in(email("owner"))
    api.ok("DELETE", f"{path}/seats/support/members/{ids['agent']}")
    api.ok("PUT", f"{path}/seats/support/members/{ids['admin']}")
    link = re.search(r'<a href="([^"]+)">Choose who', said(owner.get(f"{path}/subscription")))
    assert link is not None
    where = link[1].replace("&amp;", "&")
    page = said(owner.get(where))
    assert f'name="release_support_{ids["admin"]}"' in page and 'value="undo" checked' in page
    filled = dict(one.split("=") for one in where.partition("?")[2].split("&"))
    sent = owner.post(f"{path}/manage", filled | {f"release_support_{ids['admin']}": "1"})
    assert owner.post(f"{sent['Location']}/take").status_code == 302
    assert "too few" not in said(owner.get(f"{path}/subscription"))
    api.ok("POST", f"{path}/clock", {"to": "2026-02-11"})
    [support] = api.ok("GET", f"{path}/seats")["items"]
    assert (support["bought"], support["used"], support["short"]) == (1, 1, None)


def test_what_only_the_vendor_undoes_is_told_without_a_way_to_choose(vendor: None) -> None:
    api = ApiClient()
    path = api.account("managed", today="2026-01-11")
    api.take(path, {**TEAM_10, "seats": 2})
    ids = {one["role"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}
    api.ok("PUT", f"{path}/seats/support/members/{ids['agent']}")
    api.take(path, seats(1))
    api.ok("PUT", f"{path}/seats/support/members/{ids['admin']}")
    page = said(signed_in(email("owner")).get(f"{path}/subscription"))
    assert SHORT in page and "Choose who" not in page and "Your vendor scheduled this" in page
    assert f'<a href="{path}/seats">Take a seat back</a>' in page
    api.ok("DELETE", f"{path}/seats/support/members/{ids['agent']}", by=email("owner"))
    assert "too few" not in said(signed_in(email("owner")).get(f"{path}/subscription"))


def test_a_program_that_gives_a_seat_is_told_at_once(reduced: tuple[ApiClient, str, dict[str, str]]) -> None:
    api, path, ids = reduced
    api.ok("DELETE", f"{path}/seats/support/members/{ids['agent']}")
    given = api.call("PUT", f"{path}/seats/support/members/{ids['admin']}")
    [support] = api.ok("GET", f"{path}/seats")["items"]
    assert given.status_code == 204 and json.loads(given["Seats-Short"]) == support["short"]
    api.ok("DELETE", f"{path}/seats/support/members/{ids['admin']}")
    assert "Seats-Short" not in api.call("PUT", f"{path}/seats/support/members/{ids['agent']}").headers


def test_before_a_monthly_renewal_that_has_too_few_seats_people_are_told_once_more(vendor: None) -> None:
    api = ApiClient()
    path = api.account(today="2026-01-11")
    api.take(path, {**TEAM_10, "seats": 2})
    ids = {one["role"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}
    for role in ("owner", "agent"):
        api.ok("PUT", f"{path}/seats/support/members/{ids[role]}")
    api.take(path, {**seats(1), "release": [ids["agent"]]}, by=email("owner"))
    api.ok("DELETE", f"{path}/seats/support/members/{ids['agent']}")
    api.ok("PUT", f"{path}/seats/support/members/{ids['admin']}")
    api.ok("POST", f"{path}/clock", {"to": "2026-02-05"})
    kinds = [one["kind"] for one in api.ok("GET", f"{path}/history")["items"]]
    assert kinds.count("renewal_ahead") == 1
    run_once(datetime.now(UTC))
    told = [one.text for one in Email.objects.filter(address=email("owner")) if "renews on" in one.text]
    assert len(told) == 1 and SHORT in told[0]


def test_it_is_told_once_for_each_number_of_people_who_are_too_many(
    reduced: tuple[ApiClient, str, dict[str, str]],
) -> None:
    api, path, ids = reduced
    api.ok("DELETE", f"{path}/seats/support/members/{ids['agent']}")
    api.ok("PUT", f"{path}/seats/support/members/{ids['admin']}")
    api.ok("PATCH", f"{path}/members/{ids['billing_admin']}", {"name": "Somebody"})
    kinds = [one["kind"] for one in api.ok("GET", f"{path}/history")["items"]]
    assert kinds.count("seats_short") == 1
