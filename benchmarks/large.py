"""A small account beside one with thousands of people, invoices and facts: what the same calls and pages take.

Uses the API, the pages and rows of people alone, so that an older commit is measured by the same script.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from benchmarks.trips import Api, in_process

MEMBERS, MONTHS, CHANGES_A_MONTH = 3_000, 11, 100
ROUNDS, MONTHS_MOVED = 25, 3
FIRST_DAY = date(2026, 1, 1)
PAGES = ("subscription", "manage", "invoices", "history", "team", "seats", "payment")


@dataclass(slots=True)
class Cost:
    """What one thing took each time: seconds, statements, bytes that the database answered, bytes of the answer."""

    seconds: list[float] = field(default_factory=list)
    statements: int = 0
    read: int = 0
    answered: int = 0

    def execute(self, execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        """Count a statement and what it returns, as Django's `execute_wrapper` tells it."""
        result = execute(sql, parameters, many, context)
        self.statements += not sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))
        rows = context["cursor"].cursor.pgresult
        if rows is not None:
            self.read += sum(
                len(rows.get_value(row, column) or b"") for row in range(rows.ntuples) for column in range(rows.nfields)
            )
        return result

    def percentile(self, share: float) -> float:
        """Return the time within which this share of all ended. Unit: milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its sandbox clock, and its owner's browser."""

    id: str
    name: str
    browser: Any


HEADS = ("small / large", "p50 ms", "p99 ms", "times", "statements", "kB read", "kB answered")


def rows(members: int = MEMBERS, months: int = MONTHS, rounds: int = ROUNDS) -> Iterator[tuple[str, ...]]:
    """Yield a row for each call and page, with the figures of the small and of the large account."""
    with _two_accounts(members, months) as (api, small, large):
        for what, act in _things(api):
            costs = [_measured(act, account, MONTHS_MOVED if "month" in what else rounds) for account in (small, large)]
            yield what, *_figures(costs)


def _figures(costs: Sequence[Cost]) -> Iterator[str]:
    small, large = costs
    yield f"{small.percentile(0.5):.1f} / {large.percentile(0.5):.1f}"
    yield f"{small.percentile(0.99):.1f} / {large.percentile(0.99):.1f}"
    yield f"{large.percentile(0.5) / small.percentile(0.5):.1f}"
    yield f"{small.statements} / {large.statements}"
    yield f"{small.read / 1000:.0f} / {large.read / 1000:.0f}"
    yield f"{small.answered / 1000:.0f} / {large.answered / 1000:.0f}"


def _measured(act: Callable[[Account], bytes], account: Account, rounds: int) -> Cost:
    cost = Cost()
    act(account)
    for _ in range(rounds):
        began = time.perf_counter()
        act(account)
        cost.seconds.append(time.perf_counter() - began)
    # Counted apart, because counting takes time of its own.
    with _connection().execute_wrapper(cost.execute):
        cost.answered = len(act(account))
    return cost


def _things(api: Api) -> Iterator[tuple[str, Callable[[Account], bytes]]]:
    numbers = count()
    quote = {"edits": [{"edit": "set_seats", "product": "support", "seats": 3_200}]}

    def get(path: str) -> Callable[[Account], bytes]:
        return lambda account: api.raw("GET", f"accounts/{account.id}/{path}", None)

    def add(account: Account) -> bytes:
        person = {"name": "Somebody", "email": f"added{next(numbers)}@large.example", "role": "light_agent"}
        return api.raw("POST", f"accounts/{account.id}/members", person)

    def move(account: Account) -> bytes:
        today = date.fromisoformat(api.call("GET", f"accounts/{account.id}", None)["today"])
        return api.raw("POST", f"accounts/{account.id}/clock", {"to": _month_later(today).isoformat()})

    def page(name: str) -> Callable[[Account], bytes]:
        def act(account: Account) -> bytes:
            answer = account.browser.get(f"/accounts/{account.id}/{name}")
            if answer.status_code != 200:
                raise RuntimeError(f"{name} answered {answer.status_code}")
            content: bytes = answer.content
            return content

        return act

    yield "`POST quotes`", lambda account: api.raw("POST", f"accounts/{account.id}/quotes", quote)
    for path in ("subscription", "capabilities", "members", "seats"):
        yield f"`GET {path}`", get(path)
    yield "`POST members`", add
    for name in PAGES:
        yield f"page {name.title()}", page(name)
    yield "a month of a sandbox's clock", move


def _month_later(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, day.day)


@contextmanager
def _two_accounts(members: int, months: int) -> Iterator[tuple[Api, Account, Account]]:
    with in_process() as api:
        small, large = _account(api, "small", 5), _account(api, "large", members)
        day = FIRST_DAY
        for month in range(months):
            for number in range(CHANGES_A_MONTH):
                units = 2 + number + CHANGES_A_MONTH * month
                edit = {"edit": "set_units", "product": "resolutions", "units": units}
                api.post(f"{large.id}/changes", {"edits": [edit]})
            day = _month_later(day)
            api.post(f"{large.id}/clock", {"to": day.isoformat()})
        _tried_in_vain(UUID(large.id))
        # Both stand on the same day, each a month after its last renewal.
        api.post(f"{small.id}/clock", {"to": day.isoformat()})
        _tried_in_vain(UUID(small.id))
        with _connection().cursor() as cursor:
            # A server that has run for a while knows how its tables are filled.
            cursor.execute("ANALYZE")
        yield api, small, large


def _tried_in_vain(account_id: UUID) -> None:
    """Write that each open invoice was tried once, for an account that pays automatically by now."""
    from bursar.payments.models import Attempt, Method
    from bursar.payments.queries import open_invoices

    now = datetime.now(UTC)
    tried = {"method_kind": "card", "gateway": "sandbox", "token": "declined_funds", "currency": "EUR"}
    ended = {
        "state": "failed",
        "reason": "insufficient_funds",
        "expires_at": now,
        "finished_at": now,
        "created_at": now,
    }
    Attempt.objects.bulk_create(
        Attempt(
            account_id=account_id,
            invoice_id=invoice.id,
            amount_minor=invoice.open_minor,
            on=FIRST_DAY,
            actor_kind="system",
            **tried,
            **ended,
        )
        for invoice in open_invoices(account_id)
    )
    Method.objects.create(
        account_id=account_id, kind="card", gateway="sandbox", token="declined_funds", recorded_at=now
    )


def _connection() -> Any:
    from django.db import connection

    return connection


def _account(api: Api, name: str, members: int) -> Account:
    from django.test import Client

    from bursar.accounts.keys import create_link

    address = f"owner@{name}.example"
    opened = {
        "name": name,
        "account_type": "self_service",
        "currency": "EUR",
        "time_zone": "Europe/Paris",
        "owner": {"name": "Owner", "email": address},
        "sandbox": True,
        "today": FIRST_DAY.isoformat(),
    }
    account_id = api.post("accounts", opened)["id"]
    bought = [
        {"edit": "add_product", "product": "support", "plan": "team", "seats": members + 100},
        {"edit": "add_product", "product": "resolutions", "plan": "standard", "units": 1},
    ]
    api.post(f"{account_id}/changes", {"edits": bought})
    _seat_people(UUID(account_id), name, members)
    browser = Client()
    browser.post(f"/sign-in/{create_link(address, expires_at=datetime.now(UTC) + timedelta(hours=1))}")
    return Account(account_id, name, browser)


def _seat_people(account_id: UUID, name: str, members: int) -> None:
    """Write people who use a seat each, with the facts of both, as rows: 128 ms for each of thousands is too long."""
    from bursar.accounts.models import Member
    from bursar.core.events.people import MemberAdded, SeatAssigned
    from bursar.core.policy.policy import VENDOR
    from bursar.history.actions import record_each
    from bursar.identity.models import Person
    from bursar.seats.models import Assignment, Capacity

    now = datetime.now(UTC)
    people = [Person(email=f"person{number}@{name}.example", name=f"Person {number}") for number in range(members)]
    # One in ten could decide or be asked.
    roles = [("billing_admin", "admin", *("agent",) * 18)[number % 20] for number in range(members)]
    staying = [
        Member(account_id=account_id, person=person, name=person.name, role=role, state="active", created_at=now)
        for person, role in zip(people, roles, strict=True)
    ]
    Person.objects.bulk_create(people)
    Member.objects.bulk_create(staying)
    Assignment.objects.bulk_create(
        Assignment(account_id=account_id, product="support", member=member, since=now) for member in staying
    )
    Capacity.objects.filter(account_id=account_id, product="support").update(used=members)
    for member in staying:
        added = MemberAdded(member=member.id, role=member.role)
        seated = SeatAssigned(product="support", member=member.id)
        record_each([(account_id, FIRST_DAY, VENDOR, event) for event in (added, seated)], now=now)


if __name__ == "__main__":
    sizes = [int(argument) for argument in sys.argv[1:]]
    print(*HEADS, sep="  ")
    for row in rows(*sizes):
        print(*row, sep="  ", flush=True)
