"""What pages say of an account goes by its own clock; what happened to people in the world says that it is real."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from api_client import TEAM_10, ApiClient, email, signed_in
from bursar.catalog.queries import current as current_catalog
from bursar.core.events import read_event
from bursar.history.models import Entry
from bursar.i18n.history import Story
from bursar.identity.staff import appoint
from bursar.jobs.steps import run_once
from bursar.policy.queries import current
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def test_a_sandbox_is_customer_since_a_day_of_its_own_clock(api: ApiClient) -> None:
    path = api.account(today="2031-05-06")
    api.ok("POST", f"{path}/overrides", {"capability": "add_seats", "grant": True, "reason": "asked"})
    now, chief = datetime.now(UTC), "chief@vendor.example"
    appoint(current(), name="Chief", email=chief, role="admin", by=None, now=now)
    page = said(signed_in(chief).get(f"{path}/desk"))
    assert page.count("May 6, 2031") >= 3, "the clock in the bar, since when it is a customer, and the exception"
    assert f"{now:%B} {now.day}, {now.year}" not in page


@pytest.mark.parametrize("sandbox", [True, False])
def test_a_sign_in_is_real_and_says_so_where_the_clock_is_not(api: ApiClient, sandbox: bool) -> None:
    path = api.account(sandbox=sandbox, today="2026-01-01" if sandbox else None)
    owner = signed_in(email("owner"))
    for page in ("admins", "team", f"team/{api.ok('GET', f'{path}/members')['items'][0]['id']}"):
        answer = said(owner.get(f"{path}/{page}"))
        assert ("in real time" in answer) is sandbox, page


@pytest.mark.parametrize("sandbox", [True, False])
def test_emails_were_written_and_sent_at_real_moments_and_say_so_where_the_clock_is_not(
    api: ApiClient, sandbox: bool
) -> None:
    path = api.account(sandbox=sandbox, today="2031-05-06" if sandbox else None)
    api.take(path, TEAM_10)
    now, chief = datetime.now(UTC), "chief@vendor.example"
    appoint(current(), name="Chief", email=chief, role="admin", by=None, now=now)
    run_once(now)
    page = said(signed_in(chief).get(f"{path}/desk/emails"))
    times, marked = (len(re.findall(rf"[AP]M \(Paris time\){mark}", page)) for mark in ("", ", in real time"))
    assert times and marked == (times if sandbox else 0)


def test_a_failed_payment_says_how_much_and_for_which_invoice(api: ApiClient) -> None:
    path = api.account()
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "declined_funds"})
    api.fails(402, "POST", f"{path}/changes", {"edits": [TEAM_10]}, by=email("owner"))
    api.ok("PUT", f"{path}/payment_method", {"type": "invoice"})
    taken = api.take(path, TEAM_10)
    number = taken["invoice"]["number"]
    api.ok("POST", f"{path}/clock", {"to": "2026-01-02"})
    pay = {"type": "card", "token": "declined_funds"}
    api.fails(402, "POST", f"{path}/invoices/{taken['invoice']['id']}/pay", pay, by=email("owner"))
    page = said(signed_in(email("owner")).get(f"{path}/history"))
    assert "A payment of €190.00 did not come through: not enough funds." in page
    assert f"A payment of €190.00 for invoice {number} did not come through: not enough funds." in page


def test_a_failed_payment_of_an_earlier_version_reads_as_before(api: ApiClient) -> None:
    data = {"attempt": str(UUID(int=1)), "reason": "insufficient_funds", "state": "failed"}
    told = Story({}, current(), current_catalog(), prices=True, invoices=True).what(
        read_event("payment_failed", data, 1)
    )
    assert told[0].startswith("A payment did not come through")
    assert not Entry.objects.filter(kind="payment_failed").exists()
