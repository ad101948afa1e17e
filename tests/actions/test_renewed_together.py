"""Many accounts are renewed together, with as many statements as one, and each as it would be alone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api_client import TEAM_10, ApiClient, email, seats
from bursar import checkout
from bursar.checkout import record_payment, renew, renew_each
from bursar.core.billing.booking import Booking
from bursar.core.money.money import Money
from bursar.core.policy.policy import VENDOR
from bursar.core.subscription.edit import read_edits
from bursar.invoices.models import Invoice, Series
from bursar.invoices.queries import document
from bursar.jobs.invariants import violations
from bursar.payments.models import Allocation
from bursar.seats.models import Assignment
from bursar.subscriptions.models import Request
from live_accounts import live_account, live_accounts

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
TODAY = datetime.now(UTC)
"""People ask by the real clock."""
CHAT = {"edit": "add_product", "product": "chat", "plan": "standard", "seats": 2}
MANY = 20


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def eventful(api: ApiClient) -> UUID:
    """An account whose renewal frees two seats, meets credit, and overtakes what somebody asked for."""
    path, now = api.account("online_assisted", sandbox=False, today=None), TODAY
    account = UUID(path.rpartition("/")[2])
    checkout.accept(account, edits=read_edits([TEAM_10, CHAT]), actor=VENDOR, now=now)
    members = {member["role"]: member["id"] for member in api.ok("GET", f"{path}/members")["items"]}
    using = [members["admin"], members["agent"]]
    for member in using:
        api.ok("PUT", f"{path}/seats/chat/members/{member}")
    fewer = {**seats(1, "chat"), "on": "renewal", "release": using}
    checkout.accept(account, edits=read_edits([fewer]), actor=VENDOR, now=now)
    record_payment(account, Booking(Money(1_000_000, "EUR"), now.date()), actor=VENDOR, now=now)
    api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))
    return account


def statements(accounts: Sequence[UUID], now: datetime) -> list[str]:
    """Renew accounts together; return the statements that it took."""
    with CaptureQueriesContext(connection) as captured:
        renewed = renew_each(accounts, until=now, now=now)
    assert [len(account.transitions) for account in renewed] == [1] * len(accounts)
    return [" ".join(query["sql"].split())[:40] for query in captured if "SAVEPOINT" not in query["sql"]]


def test_two_accounts_and_twenty_are_renewed_with_the_same_statements(api: ApiClient) -> None:
    accounts = [eventful(api) for _ in range(2 + MANY)]
    now = TODAY + timedelta(days=31)
    few, many = statements(accounts[:2], now), statements(accounts[2:], now)
    assert few == many
    assert len(few) <= 21, few
    assert list(violations(now, deep=True)) == []
    renewed = Invoice.objects.filter(order=None)
    assert renewed.count() == 2 + MANY
    assert not Assignment.objects.filter(ended_at=None).exists()
    assert Allocation.objects.filter(invoice__in=renewed).count() == 2 + MANY
    assert {request.state for request in Request.objects.all()} == {"open"}


def test_a_second_time_nothing_is_due(api: ApiClient) -> None:
    accounts, now = live_accounts(3, now=NOW), NOW + timedelta(days=31)
    assert len(renew_each(accounts, until=now, now=now)) == 3
    assert renew_each(accounts, until=now, now=now) == []
    assert renew(accounts[0], now=now) == 0


def test_invoices_are_numbered_in_the_order_of_their_days(api: ApiClient) -> None:
    first, second, third = (live_account(now=NOW + timedelta(days=days)) for days in (2, 0, 1))
    now = NOW + timedelta(days=63)
    renewed = renew_each([first, second, third], until=now, now=now)
    assert len(renewed) == 3
    days = list(Invoice.objects.filter(on__gte="2026-02-01").order_by("number").values_list("on", flat=True))
    assert days == sorted(days) and len(days) == 6
    numbers = renewed[0].numbers
    assert {invoice.id for invoice in Invoice.objects.filter(on__gte="2026-02-01")} == set(numbers)
    for account in renewed:
        for transition in account.transitions:
            assert transition.invoice is not None
            printed = document(account.customer.id, transition.invoice.id).number
            assert numbers[transition.invoice.id] == printed


def test_the_millionth_invoice_keeps_all_its_digits(api: ApiClient) -> None:
    account, now = live_account(now=NOW), NOW + timedelta(days=31)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE invoices_invoice DISABLE TRIGGER USER")
        cursor.execute("UPDATE invoices_invoice SET number = 1234566")
        cursor.execute("ALTER TABLE invoices_invoice ENABLE TRIGGER USER")
    Series.objects.filter(mode="live", kind="invoice").update(next=1_234_567)
    [renewed] = renew_each([account], until=now, now=now)
    [printed] = renewed.numbers.values()
    assert printed.endswith("1234567")
    path = f"/accounts/{account}"
    assert api.ok("GET", f"{path}/invoices")["items"][0]["number"] == printed


def test_until_a_day_is_billed_no_further(api: ApiClient) -> None:
    account, now = live_account(now=NOW), NOW + timedelta(days=100)
    renew_each([account], until=NOW + timedelta(days=31), now=now)
    assert list(Invoice.objects.order_by("number").values_list("on", flat=True)) == [date(2026, 1, 1), date(2026, 2, 1)]
