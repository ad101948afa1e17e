"""A trial through the pages and the API: given by the staff, told ahead, over by itself, or bought."""

from datetime import UTC, datetime, time, timedelta

import pytest

from api_client import TEAM_10, ApiClient, email, seats, signed_in, trial
from bursar.history.models import Entry
from bursar.identity import staff
from bursar.invoices.models import BillingSchedule, Invoice
from bursar.jobs.steps import run_once
from bursar.notices.models import Email
from bursar.policy.queries import current
from pages import said, taken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


@pytest.fixture
def path(api: ApiClient) -> str:
    """A trial of Support with three seats until 14 January."""
    path = api.account("self_service", today="2026-01-01")
    api.take(path, trial("2026-01-14"))
    return path


def test_the_staff_gives_a_trial_where_nothing_was_bought_yet(api: ApiClient) -> None:
    path = api.account("self_service", today="2026-01-01")
    now, address = datetime.now(UTC), "sales@vendor.example"
    staff.appoint(current(), name="Sales", email=address, role="sales", sandbox=True, by=None, now=now)
    sales = signed_in(address)
    assert "as a trial, free of charge until the day below" in said(sales.get(f"{path}/manage"))
    form = {"add_support": "growth", "quantity_support": "4", "on": "trial"}
    for none in ("", "soon", "9999-12-31", "2200-01-01"):
        assert "Give the last day of the trial" in said(sales.post(f"{path}/manage", form | {"day": none}), 422)
        assert "Give the day from which" in said(sales.post(f"{path}/manage", form | {"day": none, "on": "day"}), 422)
    summary = taken(sales, path, day="2026-01-14", **form)
    assert "Trial of Support, plan Growth: 4 seats, until January 14, 2026" in summary and "€0.00" in summary
    found = api.ok("GET", f"{path}/subscription")
    assert (found["trial_until"], found["items"][0]["quantity"], found["period"]) == ("2026-01-14", 4, None)
    bought = api.account("self_service", today="2026-01-01")
    api.take(bought, TEAM_10)
    assert "as a trial" not in said(sales.get(f"{bought}/manage"))


def test_customers_give_themselves_no_trial(api: ApiClient) -> None:
    path = api.account("self_service", today="2026-01-01")
    owner = signed_in(email("owner"))
    assert "as a trial" not in said(owner.get(f"{path}/manage"))
    form = {"add_support": "team", "quantity_support": "3", "on": "trial", "day": "2026-01-14"}
    assert "€57.00" in taken(owner, path, **form), "it is bought"
    refused = api.fails(422, "POST", f"{path}/quotes", {"edits": [trial("2026-02-14")]}, by=email("owner"))
    assert refused["code"] == "vendor_only"


def test_whoever_may_buy_sees_how_long_it_lasts_and_buys_what_is_tried_as_it_is(api: ApiClient, path: str) -> None:
    owner = signed_in(email("owner"))
    page = said(owner.get(f"{path}/subscription"))
    assert "Trial until January 14, 2026: 14 days left." in page and "Choose a plan" in page
    assert "Cancel the account" not in page and "€" not in page
    form = said(owner.get(f"{path}/manage"))
    assert 'value="team" checked' in form and 'name="quantity_support" value="3"' in form
    assert "Add Support, plan Team: 3 seats" in form, "the summary says from the start what the form would buy"
    assert "Support, Team: 3 seats × €19.00" in taken(owner, path, add_support="team", quantity_support="3")
    found = api.ok("GET", f"{path}/subscription")
    assert (found["trial_until"], found["period"]["start"]) == (None, "2026-01-01")
    assert "Trial" not in said(owner.get(f"{path}/subscription"))


def test_who_may_not_buy_sees_the_trial_and_whom_to_ask(path: str) -> None:
    admin = said(signed_in(email("admin")).get(f"{path}/subscription"))
    assert "Trial until January 14, 2026" in admin and "Choose a plan" not in admin and "Owner (owner)" in admin


def test_it_is_told_ahead_once_ends_by_itself_and_costs_nothing(api: ApiClient, path: str) -> None:
    assert api.ok("GET", f"{path}/entitlements")["trial_until"] == "2026-01-14"
    run_once(datetime.now(UTC))
    Email.objects.all().delete()
    told = []
    for day in (10, 11, 12, 14, 15, 20):
        api.ok("POST", f"{path}/clock", {"to": f"2026-01-{day}"})
        run_once(datetime.now(UTC))
        told.append({one.subject for one in Email.objects.all()})
        addresses = {one.address for one in Email.objects.all()}
        assert addresses in (set(), {email("owner"), email("billing_admin")})
        Email.objects.all().delete()
    ending, over = {"Acme: The trial ends on January 14, 2026."}, {"Acme: The trial is over."}
    assert told == [set(), ending, set(), set(), over, set()]
    assert api.ok("GET", f"{path}/entitlements") == {"state": "active", "trial_until": None, "products": []}
    assert not Invoice.objects.exists()
    owner = signed_in(email("owner"))
    assert "The trial ended on January 14, 2026" in said(owner.get(f"{path}/subscription"))
    assert "3 seats × €19.00" in taken(owner, path, add_support="team", quantity_support="3"), (
        "it can be bought afterwards"
    )


@pytest.mark.parametrize("bought_on", ["2026-01-13", "2026-01-15"])
def test_of_what_is_bought_by_its_end_nobody_is_told_that_it_ends(api: ApiClient, path: str, bought_on: str) -> None:
    api.take(path, {**TEAM_10, "on": bought_on})
    for day in (12, 20):
        api.ok("POST", f"{path}/clock", {"to": f"2026-01-{day}"})
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert "changes_applied" in kinds and not kinds & {"trial_ending", "trial_ended"}
    [product] = api.ok("GET", f"{path}/entitlements")["products"]
    assert product["quantity"] == 10


def test_what_is_bought_a_day_after_its_end_does_not_keep_it(api: ApiClient, path: str) -> None:
    api.take(path, {**TEAM_10, "on": "2026-01-16"})
    for day in (12, 15):
        api.ok("POST", f"{path}/clock", {"to": f"2026-01-{day}"})
    assert {"trial_ending", "trial_ended"} <= set(Entry.objects.values_list("kind", flat=True))
    assert api.ok("GET", f"{path}/entitlements")["products"] == []


def test_days_that_the_vendor_adds_are_told_ahead_anew(api: ApiClient, path: str) -> None:
    api.ok("POST", f"{path}/clock", {"to": "2026-01-12"})
    api.take(path, trial("2026-01-20"))
    api.ok("POST", f"{path}/clock", {"to": "2026-01-18"})
    told = [one.data for one in Entry.objects.filter(kind="trial_ending").order_by("id")]
    assert told == [{"trial_until": "2026-01-14"}, {"trial_until": "2026-01-20"}]
    api.fails(409, "POST", f"{path}/quotes", {"edits": [seats(5)]})


def test_on_the_real_clock_the_worker_tells_ahead_and_ends_it(api: ApiClient) -> None:
    path = api.account("self_service", sandbox=False, today=None, time_zone="UTC")
    until = datetime.now(UTC).date() + timedelta(days=20)
    api.take(path, trial(until.isoformat()))
    account = path.rpartition("/")[2]
    counted = []
    for days in (4, 3, 2, 0, -1, -2):
        run_once(datetime.combine(until - timedelta(days=days), time(12), UTC))
        kinds = list(Entry.objects.filter(account_id=account).values_list("kind", flat=True))
        counted.append((kinds.count("trial_ending"), kinds.count("trial_ended")))
    assert counted == [(0, 0), (1, 0), (1, 0), (1, 0), (1, 1), (1, 1)]
    schedule = BillingSchedule.objects.get(account_id=account)
    assert (schedule.due_at, schedule.trial_until) == (None, None)
