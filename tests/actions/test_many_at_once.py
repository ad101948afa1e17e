"""However many transitions there are, they are written with the same statements."""

from collections import Counter
from contextlib import ExitStack
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api_client import TEAM_10, ApiClient, email, seats
from bursar.accounts.locked_account import locked_account
from bursar.accounts.queries import Customer
from bursar.checkout import record_payment
from bursar.checkout.checks import save_quote
from bursar.checkout.gather import GatheredAccount, edits_of, gather
from bursar.checkout.write import write
from bursar.columns.ids import uuid7
from bursar.core.billing.booking import Booking
from bursar.core.money.money import Money
from bursar.core.ordering.quote import quote
from bursar.core.ordering.transition import Order, Transition, accept
from bursar.core.policy.policy import SYSTEM, VENDOR
from bursar.core.subscription.edit import Edit, read_edits
from bursar.history.models import Entry
from bursar.invoices.actions import number
from bursar.jobs.invariants import violations
from bursar.payments.models import Allocation
from bursar.seats.models import Assignment
from bursar.subscriptions.models import Item, Request
from bursar.subscriptions.queries import open_request
from bursar.subscriptions.queries import quote as saved_quote

pytestmark = pytest.mark.django_db
CHAT = {"edit": "add_product", "product": "chat", "plan": "standard", "seats": 2}
MANY = 20


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def asking(api: ApiClient) -> UUID:
    """An account with credit, where two people use a product and somebody asks for more of another."""
    path = api.account("online_assisted")
    api.take(path, TEAM_10, CHAT)
    for member in api.ok("GET", f"{path}/members")["items"]:
        if member["role"] in ("admin", "agent"):
            api.ok("PUT", f"{path}/seats/chat/members/{member['id']}")
    api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))
    account = UUID(path.rpartition("/")[2])
    record_payment(account, Booking(Money(1_000_000, "EUR"), date(2026, 1, 1)), actor=VENDOR, now=datetime.now(UTC))
    return account


def decided(customer: Customer, now: datetime) -> tuple[Transition, Transition]:
    """Fewer seats at once, two people giving theirs up; then what was asked for is approved, and paid from the credit."""
    holders = Assignment.objects.filter(account_id=customer.id, product="chat", ended_at=None)
    using = [str(member) for member in holders.values_list("member_id", flat=True)]
    fewer = {"edit": "set_seats", "product": "chat", "seats": 1, "on": "now", "release": using}
    edits = read_edits([fewer])
    first = ordered(gather(customer, customer.today(now), edits=edits), edits, now)
    request = open_request(customer.id)
    assert request is not None
    edits = edits_of(customer, saved_quote(customer.id, request.quote_id))
    return first, ordered(GatheredAccount(customer, first.after), edits, now, request.id)


def ordered(
    known: GatheredAccount, edits: tuple[Edit, ...], now: datetime, request_id: UUID | None = None
) -> Transition:
    answer = quote(known.context, edits, VENDOR, known.customer.today(now))
    assert answer.refusal() is None
    kept = save_quote(known, answer, edits, actor=VENDOR, now=now, request_id=request_id)
    order = Order(id=uuid7(), quote_id=kept, request_id=request_id, actor=VENDOR)
    return accept(known.context, answer, order, new_id=uuid7)


def written(accounts: list[UUID]) -> list[str]:
    """Write what is decided about accounts together; return the statements that it took."""
    now = datetime.now(UTC)
    with ExitStack() as locks:
        customers = {account: locks.enter_context(locked_account(account, SYSTEM, now)) for account in accounts}
        steps = [step for customer in customers.values() for step in decided(customer, now)]
        with CaptureQueriesContext(connection) as statements:
            number(*write(steps, customers, now=now))
    return [query["sql"] for query in statements if "SAVEPOINT" not in query["sql"]]


def test_two_transitions_and_forty_take_the_same_statements(api: ApiClient) -> None:
    accounts = [asking(api) for _ in range(1 + MANY)]
    kinds = [[" ".join(sql.split())[:40] for sql in written(some)] for some in (accounts[:1], accounts[1:])]
    assert kinds[0] == kinds[1]
    assert len(kinds[0]) <= 16, kinds[0]
    assert list(violations(datetime.now(UTC), deep=True)) == []
    assert {request.state for request in Request.objects.all()} == {"approved"}
    assert not Assignment.objects.filter(ended_at=None).exists()
    assert Entry.objects.filter(kind="seat_freed").count() == 2 * len(accounts)
    settled = Counter(Allocation.objects.values_list("account_id", flat=True))
    assert settled == dict.fromkeys(accounts, 2), "the first invoice, and that of what was asked for"
    assert Item.objects.filter(product="chat", quantity=1).count() == len(accounts)


def test_who_gives_up_a_seat_is_told_before_what_was_agreed(api: ApiClient) -> None:
    account = asking(api)
    written([account])
    told = list(Entry.objects.filter(account_id=account).order_by("-id").values_list("kind", flat=True)[:5])
    assert told == ["request_approved", "changes_taken", "changes_taken", "seat_freed", "seat_freed"]
