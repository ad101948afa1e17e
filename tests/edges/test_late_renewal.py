"""A renewal that has fallen due and was not run yet: whatever is shown is decided as if it had been, and nothing is written."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar import checkout
from bursar.accounts.models import Account
from bursar.accounts.queries import customer
from bursar.core.events.subscription import RenewalAhead
from bursar.core.policy.policy import SYSTEM
from bursar.history.actions import record
from bursar.history.models import Entry
from bursar.history.queries import fact
from bursar.invoices.models import Invoice
from bursar.notices.email import write_email
from bursar.policy.queries import current
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
DUE_TODAY = re.compile(r"<dt>Due today</dt><dd>([^<]+)</dd>")


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def late(path: str, day: str = "2026-02-10T09:00") -> UUID:
    """Let it be that moment for an account, without anything that has fallen due until then; its id."""
    account_id = UUID(path.rpartition("/")[2])
    Account.objects.filter(pk=account_id).update(clock_at=datetime.fromisoformat(day).replace(tzinfo=UTC))
    return account_id


def bought(api: ApiClient, account_type: str = "self_service", **edit: Any) -> str:
    path = api.account(account_type)
    api.take(path, {**TEAM_10, **edit})
    return path


def seated(api: ApiClient, path: str, *roles: str) -> dict[str, str]:
    ids = {one["role"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}
    for role in roles:
        api.ok("PUT", f"{path}/seats/support/members/{ids[role]}")
    return ids


def four_seated_who_will_be_three(api: ApiClient) -> str:
    """Return an account that is reduced to 3 seats on 1 January, with 4 people until the agent leaves on 5 December."""
    path = api.account()
    api.take(path, TEAM_10, {"edit": "change_cycle", "cycle": "annual"})
    ids = seated(api, path, "owner", "billing_admin", "agent")
    fewer = api.take(path, seats(3))["changes"][0]["id"]
    api.ok("PUT", f"{path}/seats/support/members/{ids['admin']}")
    naming = {**seats(9), "release": [ids["agent"]], "on": "2026-12-05"}
    api.take(path, naming, {"edit": "keep", "change": fewer})
    return path


def test_the_summary_beside_a_form_costs_what_the_quote_says(api: ApiClient) -> None:
    path = bought(api)
    account_id = late(path)
    before = Entry.objects.count(), Invoice.objects.count()
    page = said(signed_in(email("owner")).post(f"{path}/manage/preview", {"quantity_support": "11"}))
    assert (Entry.objects.count(), Invoice.objects.count()) == before, "looking writes nothing"
    quote = api.ok("POST", f"{path}/quotes", {"edits": [seats(11)]}, by=email("owner"))
    # 19 of 28 days of February at 19.00.
    assert quote["due_today"]["total"] == {"amount_minor": 1289, "currency": "EUR"}
    assert DUE_TODAY.findall(page) == ["€12.89"]
    assert Invoice.objects.filter(account_id=account_id).count() == 2, "a quote writes what had fallen due"


def test_a_request_is_priced_today_as_approving_it_costs(api: ApiClient) -> None:
    path = bought(api, "online_assisted")
    late(path, "2026-01-31T09:00")
    asked = api.ok("POST", f"{path}/requests", {"edits": [seats(11)]}, by=email("admin"))["id"]
    late(path)
    shown = api.ok("GET", f"{path}/requests/{asked}", by=email("owner"))["today"]["due_today"]["total"]
    approved = api.ok("POST", f"{path}/requests/{asked}/approve", {}, by=email("owner"))
    assert shown["amount_minor"] == approved["invoice"]["total"]["amount_minor"] == 1289


def test_the_subscription_page_counts_the_seats_that_the_renewal_left(api: ApiClient) -> None:
    path = bought(api)
    ids = seated(api, path, "owner", "agent")
    api.take(path, {**seats(1), "release": [ids["agent"]]})
    owner = signed_in(email("owner"))
    assert "2 used, 8 free" in said(owner.get(f"{path}/subscription"))
    late(path)
    assert "1 used, 0 free" in said(owner.get(f"{path}/subscription"))


def test_cancelling_is_refused_where_a_scheduled_suspension_has_fallen_due(api: ApiClient) -> None:
    path = bought(api)
    api.take(path, {"edit": "suspend", "on": "2026-02-05"})
    owner = signed_in(email("owner"))
    assert "would end on <strong>February 1, 2026" in said(owner.get(f"{path}/cancel"))
    late(path)
    page = said(owner.get(f"{path}/cancel"), 409)
    assert "suspended" in page and "would end on" not in page


def test_an_email_ahead_of_a_renewal_counts_the_seats_that_a_late_change_left(api: ApiClient) -> None:
    path = four_seated_who_will_be_three(api)
    account_id = late(path, "2026-12-18T09:00")
    now = datetime.now(UTC)
    ahead = [RenewalAhead(renewal_on=date(2027, 1, 1))]
    record(account_id=account_id, events=ahead, actor=SYSTEM, on=date(2026, 12, 18), now=now)
    told = fact(account_id, Entry.objects.latest("id").id)
    email_ = write_email(customer(account_id), current(), told, "en", True)
    assert "Next invoice: €570.00" in email_.text and "10 → 3 seats" not in email_.text
    assert "9 → 3 seats" in email_.text and "too few seats" not in email_.text


def test_a_seat_that_a_late_change_frees_is_not_missing_later(api: ApiClient) -> None:
    path = four_seated_who_will_be_three(api)
    late(path, "2026-12-18T09:00")
    [support] = api.ok("GET", f"{path}/seats")["items"]
    assert support["short"] is None, "the agent has given up their seat by now"
    member = {"name": "New", "email": email("new"), "role": "agent"}
    added = api.ok("POST", f"{path}/members", member)["id"]
    answer = api.call("PUT", f"{path}/seats/support/members/{added}")
    assert json.loads(answer.headers["Seats-Short"])["more"] == 1, "of 4 people 3 can stay"
    told = Entry.objects.filter(kind="seats_short", on="2026-12-18").values_list("data__more", flat=True)
    assert list(told) == [1]


def one_seat_after_the_agent_leaves(api: ApiClient) -> str:
    """Return an account that has 1 seat of 10 since 1 February, for its owner, once the late renewal is written."""
    path = bought(api)
    ids = seated(api, path, "owner", "agent")
    api.take(path, {**seats(1), "release": [ids["agent"]]})
    late(path)
    return path


def test_a_seat_is_assigned_from_those_that_a_late_renewal_left(api: ApiClient) -> None:
    path = one_seat_after_the_agent_leaves(api)
    added = api.ok("POST", f"{path}/members", {"name": "New", "email": email("new"), "role": "agent"})["id"]
    assert api.call("PUT", f"{path}/seats/support/members/{added}").status_code == 409, "the owner has the only seat"
    [support] = api.ok("GET", f"{path}/seats")["items"]
    assert (support["bought"], support["used"]) == (1, 1)


def test_a_member_changes_role_within_the_seats_that_a_late_renewal_left(api: ApiClient) -> None:
    path = bought(api)
    ids = seated(api, path, "owner")
    light = {"name": "Light", "email": email("light"), "role": "light_agent"}
    light_id = api.ok("POST", f"{path}/members", light)["id"]
    api.ok("PUT", f"{path}/seats/support/members/{light_id}")
    api.take(path, seats(1))
    late(path)
    answer = api.call("PATCH", f"{path}/members/{light_id}", {"role": "agent"})
    assert answer.status_code == 409, f"{ids['owner']} has the only seat"


def test_what_falls_due_before_a_seat_is_assigned_is_invoiced_once(api: ApiClient) -> None:
    path = bought(api)
    account_id = late(path)
    seated(api, path, "owner")
    assert Invoice.objects.filter(account_id=account_id, number__isnull=False).count() == 2, "the renewal has a number"
    api.ok("POST", f"{path}/quotes", {"edits": [seats(11)]}, by=email("owner"))
    assert Invoice.objects.filter(account_id=account_id).count() == 2


def test_the_seats_page_and_lists_count_what_a_late_renewal_left(api: ApiClient) -> None:
    path = one_seat_after_the_agent_leaves(api)
    before = Entry.objects.count()
    page = said(signed_in(email("owner")).get(f"{path}/seats"))
    assert "1 of 1 used" in page and "2 of 10 used" not in page
    [support] = api.ok("GET", f"{path}/seats")["items"]
    assert (support["bought"], support["used"], support["free"]) == (1, 1, 0)
    assert [person["role"] for person in support["people"]] == ["owner"]
    [item] = api.ok("GET", f"{path}/subscription")["items"]
    assert item["seats"] == {"bought": 1, "used": 1}
    assert Entry.objects.count() == before, "looking writes nothing"


def test_the_subscription_says_that_a_late_suspension_is_in_force(api: ApiClient) -> None:
    path = bought(api)
    api.take(path, {"edit": "suspend", "on": "2026-02-05"})
    late(path)
    assert api.ok("GET", f"{path}/subscription")["state"] == "suspended"


def test_a_seat_that_a_late_reduction_frees_is_told_on_the_day_of_the_reduction(api: ApiClient) -> None:
    path = bought(api)
    ids = seated(api, path, "owner", "agent")
    api.take(path, {**seats(1), "release": [ids["agent"]]})
    account_id = late(path, "2026-03-10T09:00")
    checkout.renew(account_id, now=datetime.now(UTC))
    entries = Entry.objects.filter(account_id=account_id, kind__in=("seat_freed", "renewed")).order_by("id")
    first, second = date(2026, 2, 1), date(2026, 3, 1)
    assert list(entries.values_list("kind", "on")) == [
        ("seat_freed", first),
        ("renewed", first),
        ("renewed", second),
    ]
