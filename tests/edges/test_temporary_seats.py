"""Temporary seats through the pages and the API: ordered, shown, used, undone and over."""

from datetime import UTC, datetime

import pytest

from api_client import TEAM_10, ApiClient, email, signed_in, temporary
from bursar.history.models import Entry
from bursar.jobs.steps import run_once
from bursar.notices.models import Email
from pages import said, taken

pytestmark = pytest.mark.django_db(transaction=True)
SEASON = {"temporary_support": "5", "first_support": "2026-01-10", "last_support": "2026-01-19"}


@pytest.fixture
def path(vendor: None) -> str:
    api = ApiClient()
    path = api.account("online_assisted", today="2026-01-01")
    api.take(path, TEAM_10)
    return path


def test_the_owner_orders_them_beside_other_changes_and_sees_what_they_cost(path: str) -> None:
    owner = signed_in(email("owner"))
    assert "The last possible day is January 31, 2026" in said(owner.get(f"{path}/manage"))
    summary = taken(owner, path, **SEASON)
    days = "Support: 5 temporary seats, January 10, 2026 to January 19, 2026"
    assert days in summary
    history = said(owner.get(f"{path}/history"))
    assert days in history and f"{days} (from" not in history, "the days are said once"
    assert "Support, Team: 5 more seats × €19.00" in summary and "€30.65" in summary
    assert "5 temporary seats" in said(owner.get(f"{path}/subscription")), "they are scheduled"
    ApiClient().ok("POST", f"{path}/clock", {"to": "2026-01-10"})
    assert "10 seats<br>5 more until January 19, 2026" in said(owner.get(f"{path}/subscription"))
    assert "now 5 more until January 19, 2026" in said(owner.get(f"{path}/manage"))


def test_in_french_the_last_day_is_named_as_people_count(path: str) -> None:
    taken(signed_in(email("owner"), "fr"), path, **SEASON)
    ApiClient().ok("POST", f"{path}/clock", {"to": "2026-01-10"})
    assert "5 de plus jusqu’au 19 janvier 2026" in said(signed_in(email("owner"), "fr").get(f"{path}/subscription"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"temporary_support": "many"}, "Give how many temporary seats"),
        ({"temporary_support": "0"}, "Give how many temporary seats"),
        ({"first_support": "soon"}, "Give the first day of the temporary seats"),
        ({"last_support": ""}, "Give the last day of the temporary seats"),
        ({"last_support": "2026-01-09"}, "Give the last day of the temporary seats"),
        ({"last_support": "9999-12-31"}, "Give the last day of the temporary seats"),
        ({"last_support": "2199-12-31"}, "Give the last day of the temporary seats"),
        ({"first_support": "9999-12-01"}, "Give the first day of the temporary seats"),
        ({"temporary_support": "00000000000123456789"}, "Give how many temporary seats"),
        ({"quantity_support": "00000000000123456789"}, "Give a whole number from 1 to 1,000,000"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(path: str, wrong: dict[str, str], sentence: str) -> None:
    form = SEASON | wrong
    page = said(signed_in(email("owner")).post(f"{path}/manage", form), 422)
    [field] = wrong
    assert f'aria-describedby="about-{field}"' in page and sentence in page
    assert all(f'value="{value}"' in page for value in form.values() if value)
    assert "<details open" in page


def test_where_the_type_of_account_does_not_have_them_they_are_not_offered_and_refused_if_sent(vendor: None) -> None:
    api = ApiClient()
    for account_type in ("self_service", "managed"):
        path = api.account(account_type, today="2026-01-01", name=account_type)
        api.take(path, TEAM_10)
        owner = signed_in(email("owner"))
        if account_type == "self_service":
            assert "Temporary seats" not in said(owner.get(f"{path}/manage"))
        refused = api.fails(
            403, "POST", f"{path}/changes", {"edits": [temporary("2026-01-10", "2026-01-20")]}, by=email("owner")
        )
        assert (refused["code"], refused["reason"]) == ("refused", "account_type")


def test_they_are_seats_that_people_use_until_they_end_and_who_sees_invoices_is_told(path: str) -> None:
    api = ApiClient()
    api.take(path, temporary("2026-01-10", "2026-01-20", 1))
    api.ok("POST", f"{path}/clock", {"to": "2026-01-10"})
    [seats] = api.ok("GET", f"{path}/seats")["items"]
    [entitled] = api.ok("GET", f"{path}/entitlements")["products"]
    [item] = api.ok("GET", f"{path}/subscription")["items"]
    assert (seats["bought"], entitled["quantity"], entitled["seats"]["bought"]) == (11, 11, 11)
    assert (item["quantity"], item["temporary"]) == (
        10,
        [{"seats": 1, "span": {"start": "2026-01-10", "end": "2026-01-20"}}],
    )
    run_once(datetime.now(UTC))
    Email.objects.all().delete()
    api.ok("POST", f"{path}/clock", {"to": "2026-01-25"})
    run_once(datetime.now(UTC))
    [seats] = api.ok("GET", f"{path}/seats")["items"]
    assert seats["bought"] == 10
    [fact] = Entry.objects.filter(kind="temporary_seats_ended")
    assert fact.data == {"product": "support", "seats": 1} and str(fact.on) == "2026-01-20"
    assert {one.address for one in Email.objects.all()} == {email("owner"), email("billing_admin")}
    assert {one.subject for one in Email.objects.all()} == {"Acme: Support: 1 temporary seat ended."}


def test_undone_before_they_begin_what_was_paid_comes_back(path: str) -> None:
    api = ApiClient()
    change = api.take(path, temporary("2026-01-10", "2026-01-20"))["changes"][0]["id"]
    assert api.ok("DELETE", f"{path}/changes/{change}")["invoice"]["kind"] == "credit_note"
    assert api.ok("GET", f"{path}/subscription")["scheduled"] == []
