"""What a call or a page takes does not grow with the people, invoices and facts of an account."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from api_client import TEAM_10, ApiClient, signed_in
from bursar.accounts.models import Member
from bursar.core.events.people import MemberAdded, SeatAssigned
from bursar.core.policy.policy import VENDOR
from bursar.history.actions import record_each
from bursar.identity.models import Person
from bursar.payments.models import Attempt, Method
from bursar.payments.queries import open_invoices
from bursar.seats.models import Assignment, Capacity
from pages import CENTER

pytestmark = pytest.mark.django_db(transaction=True)
ROLES = ("billing_admin", "admin", "agent", "light_agent")
PAGE_BYTES = 100_000
MEMBERS, INVOICES = 240, 51
"""More than any list shows at once, so that twice as many show no more."""


@dataclass(slots=True)
class Asked:
    """What the database was asked: the statements, and the rows and bytes that they returned."""

    statements: int = 0
    rows: int = 0
    bytes: int = 0

    def execute(self, execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        result = execute(sql, parameters, many, context)
        self.statements += 1
        answer = context["cursor"].cursor.pgresult
        if answer is not None:
            self.rows += answer.ntuples
            places = [(row, column) for row in range(answer.ntuples) for column in range(answer.nfields)]
            self.bytes += sum(len(answer.get_value(*place) or b"") for place in places)
        return result


def crowded(api: ApiClient, name: str, times: int) -> str:
    """An account whose members all have a seat, with open invoices that were tried in vain, and facts of it all."""
    path = api.account(owner={"name": "Owner", "email": f"owner@{name}.example"})
    api.take(
        path,
        {**TEAM_10, "seats": 1000},
        {"edit": "add_product", "product": "resolutions", "plan": "standard", "units": 1},
    )
    account, now = UUID(path.rpartition("/")[2]), datetime.now(UTC)
    people = [Person(email=f"p{n}@{name}.example", name=f"Person {n}") for n in range(MEMBERS * times)]
    members = [
        Member(account_id=account, person=person, name=person.name, role=ROLES[n % 4], state="active", created_at=now)
        for n, person in enumerate(people)
    ]
    Person.objects.bulk_create(people)
    Member.objects.bulk_create(members)
    Assignment.objects.bulk_create(
        Assignment(account_id=account, product="support", member=member, since=now) for member in members
    )
    Capacity.objects.filter(account_id=account, product="support").update(used=MEMBERS * times * 3 // 4)
    for number in range(INVOICES * times):
        api.take(path, {"edit": "set_units", "product": "resolutions", "units": 2 + number})
    # What is asked is then a question of the new period alone.
    api.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    facts = [
        event
        for member in members
        for event in (
            MemberAdded(member=member.id, role=member.role),
            SeatAssigned(product="support", member=member.id),
        )
    ]
    record_each([(account, date(2026, 1, 1), VENDOR, event) for event in facts], now=now)
    Method.objects.create(account_id=account, kind="card", gateway="sandbox", token="declined_funds", recorded_at=now)
    Attempt.objects.bulk_create(
        Attempt(
            account_id=account,
            invoice_id=invoice.id,
            amount_minor=invoice.open_minor,
            currency="EUR",
            method_kind="card",
            gateway="sandbox",
            token="declined_funds",
            state="failed",
            reason="insufficient_funds",
            expires_at=now,
            finished_at=now,
            on=date(2026, 1, 1),
            created_at=now,
            actor_kind="system",
        )
        for invoice in open_invoices(account)
    )
    return path


def asked(act: Callable[[], object]) -> Asked:
    counted = Asked()
    with connection.execute_wrapper(counted.execute):
        act()
    return counted


def page(browser: Client, address: str) -> bytes:
    answer: Any = browser.get(address)
    assert answer.status_code == 200, address
    assert len(answer.content) <= PAGE_BYTES, (address, len(answer.content))
    return bytes(answer.content)


def test_an_account_twice_as_large_takes_the_same_statements_and_rows(vendor: None) -> None:
    api = ApiClient()
    some, more = crowded(api, "some", 1), crowded(api, "more", 2)
    owners = [f"owner@{name}.example" for name in ("some", "more")]
    browsers = [signed_in(owner) for owner in owners]
    quote = {"edits": [{"edit": "set_seats", "product": "support", "seats": 1001}]}
    acts: Sequence[tuple[str, Callable[[int, str], object]]] = (
        ("quote", lambda n, path: api.ok("POST", f"{path}/quotes", quote, by=owners[n])),
        *(
            (name, _getting(api, name))
            for name in ("subscription", "capabilities", "members", "seats", "invoices", "history")
        ),
        ("add a member", lambda n, path: api.ok("POST", f"{path}/members", _new(), by=owners[n])),
        *((f"page {name}", _opening(browsers, name)) for name in CENTER),
        ("a month", lambda n, path: api.ok("POST", f"{path}/clock", {"to": "2026-03-01"})),
    )
    for what, act in acts:
        counts = []
        for number, path in enumerate((some, more)):
            if what != "a month":
                act(number, path)
            counts.append(asked(lambda act=act, number=number, path=path: act(number, path)))  # type: ignore[misc]
        one, other = counts
        assert (one.statements, one.rows) == (other.statements, other.rows), (what, counts)
        # Amounts and numbers have a digit more here and there.
        assert other.bytes <= one.bytes * 1.02 + 100, (what, counts)


def _getting(api: ApiClient, name: str) -> Callable[[int, str], object]:
    return lambda _, path: api.ok("GET", f"{path}/{name}")


def _opening(browsers: Sequence[Client], name: str) -> Callable[[int, str], object]:
    return lambda number, path: page(browsers[number], f"{path}/{name}")


def _new() -> dict[str, str]:
    number = Person.objects.count()
    return {"name": "New", "email": f"new{number}@some.example", "role": "agent"}


def test_lists_of_people_go_on_where_a_page_ended_and_miss_nobody(vendor: None) -> None:
    api = ApiClient()
    path = api.account()
    api.take(path, TEAM_10, {"edit": "add_product", "product": "chat", "plan": "standard", "seats": 9})
    for number in range(7):
        api.ok("POST", f"{path}/members", {"name": f"P{number}", "email": f"p{number}@x.example", "role": "agent"})
    everybody = api.ok("GET", f"{path}/members")
    assert everybody["next"] is None and everybody["items"][0]["role"] == "owner"
    assert read_by(api, f"{path}/members", 5) == everybody["items"]
    agents = [member["id"] for member in everybody["items"] if member["role"] == "agent"]
    for product in ("support", "chat"):
        for agent in agents:
            api.ok("PUT", f"{path}/seats/{product}/members/{agent}")
    whole = api.ok("GET", f"{path}/seats")
    assert whole["next"] is None
    pages = read_by(api, f"{path}/seats", 5)
    for product in whole["items"]:
        people = [holder for item in pages if item["product"] == product["product"] for holder in item["people"]]
        assert people == product["people"]
    assert api.fails(422, "GET", f"{path}/members?limit=0")["code"] == "bad_body"


def read_by(api: ApiClient, address: str, limit: int) -> list[Any]:
    """All items of a list, so many at once."""
    items, after = [], ""
    while True:
        answer = api.ok("GET", f"{address}?limit={limit}{after}")
        items += answer["items"]
        if answer["next"] is None:
            return items
        after = f"&after={answer['next']}"
