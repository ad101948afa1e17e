"""Measure the core without a database: decisions, quotes and the lines of a renewal."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.measure import Row

from bursar.catalog.document import read_toml as read_catalog
from bursar.core.calendar.period import Proration, Span, share
from bursar.core.ordering.content import digest, write_quote
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.quote import Quote, quote
from bursar.core.ordering.transition import Order, accept
from bursar.core.policy.policy import VENDOR, Account, Contact, Member, Outcome, State, decide
from bursar.core.subscription.edit import Edit, read_edits
from bursar.policy.document import read_toml as read_policy

ROOT = Path(__file__).resolve().parents[1]
CATALOG = read_catalog((ROOT / "catalogs/demo.toml").read_text(encoding="utf-8"), "demo.toml", 1)
POLICY = read_policy((ROOT / "policies/standard.toml").read_text(encoding="utf-8"), "standard.toml", 1)
SINCE, TODAY, RENEWAL = date(2026, 1, 31), date(2026, 2, 10), date(2026, 2, 28)
ROLES = ("owner", "billing_admin", "admin", "agent")
MEMBERS = tuple(Member(UUID(int=number), role, f"{role}@example.com", role) for number, role in enumerate(ROLES, 1))
SUPPORT = Contact("Support", "support@example.com", "support")
NEW_IDS = count(1000)

FIRST: list[dict[str, Any]] = [
    {"edit": "add_product", "product": "support", "plan": "team", "seats": 10},
    {"edit": "add_product", "product": "chat", "plan": "standard", "seats": 2},
    {"edit": "add_product", "product": "privacy", "plan": "standard"},
]
MORE_SEATS = [{"edit": "set_seats", "product": "support", "seats": 12}]
SEVERAL = [
    {"edit": "set_seats", "product": "support", "seats": 12},
    {"edit": "change_plan", "product": "support", "plan": "growth"},
    {"edit": "set_seats", "product": "chat", "seats": 1},
    {"edit": "remove_product", "product": "privacy"},
]


def account(account_type: str = "self_service") -> Account:
    return Account(UUID(int=99), account_type, "EUR", State.ACTIVE, MEMBERS, support=SUPPORT)


def account_with_changes(changes: int) -> BillingContext:
    """Return an account with three products and so many changes of one day, each accepted and billed."""
    context = BillingContext(account(), POLICY, CATALOG)
    context = _accepted(context, read_edits(list(FIRST)), SINCE)
    for number in range(changes):
        edits = read_edits([{"edit": "set_seats", "product": "support", "seats": 11 + number}])
        context = _accepted(context, edits, TODAY)
    return context


def _accepted(context: BillingContext, edits: tuple[Edit, ...], on: date) -> BillingContext:
    answer = quote(context, edits, VENDOR, on)
    return accept(context, answer, Order(id=new_id(), quote_id=new_id()), new_id=new_id).after


def new_id() -> UUID:
    return UUID(int=next(NEW_IDS))


def rows() -> Iterator[Row]:
    """Yield each act of the core, beside its floor."""
    yield from decisions()
    yield from quotes()
    january = Span(date(2026, 1, 1), date(2026, 2, 1))
    part = Span(date(2026, 1, 11), january.end)
    yield Row(
        "the share of a price",
        lambda: share(19_000, part, january, Proration.BY_DAY),
        "two whole divisions",
        lambda: (2 * 19_000 * 31 + 31) // 62 - (2 * 19_000 * 10 + 31) // 62,
    )


def decisions() -> Iterator[Row]:
    """Yield single decisions about a capability; the floor is to look up a decision that was made before."""
    owner, _, admin, _ = MEMBERS
    decisions_by_question = {(role, "add_seats"): Outcome.ALLOWED for role in ROLES}
    floor = ("a look-up in a dict", lambda: decisions_by_question[owner.role, "add_seats"])
    online, assisted, managed = account(), account("online_assisted"), account("managed")
    questions: tuple[tuple[str, Account, Member], ...] = (
        ("a decision: allowed", online, owner),
        ("a decision: by request", assisted, admin),
        ("a decision: refused", managed, owner),
    )
    for title, asked_account, member in questions:
        yield Row(title, _deciding(asked_account, member), *floor)


def _deciding(asked_account: Account, member: Member) -> Callable[[], object]:
    return lambda: decide(POLICY, asked_account, member, "add_seats", TODAY)


def quotes() -> Iterator[Row]:
    """Yield lists of edits decided and priced; the floor is to write the quote as JSON, which each answer needs."""
    fresh, long_lived = account_with_changes(0), account_with_changes(20)
    for title, context, document in (
        ("a quote: more seats", fresh, MORE_SEATS),
        ("a quote: four edits", fresh, SEVERAL),
        ("a quote: more seats after 20 changes", long_lived, [{**MORE_SEATS[0], "seats": 99}]),
    ):
        edits = read_edits(list(document))
        content = write_quote(_quoted(context, edits)())
        yield Row(title, _quoted(context, edits), "its answer as JSON", _as_json(content))
    answer = _quoted(fresh, read_edits(list(MORE_SEATS)))()
    # Written outside of the floor, which is then the hash alone: the digest pays for writing the quote, too.
    text = json.dumps(write_quote(answer)).encode()
    yield Row("the digest of a quote", lambda: digest(answer), "SHA-256 of its JSON", lambda: hashlib.sha256(text))
    lines = {"lines": [{"amount": line.amount, "product": line.product} for line in fresh.due(RENEWAL, ())]}
    yield Row(
        "the lines of a renewal, three items",
        lambda: fresh.due(RENEWAL),
        "three lines as JSON",
        _as_json(lines),
    )


def _quoted(context: BillingContext, edits: tuple[Edit, ...]) -> Callable[[], Quote]:
    return lambda: quote(context, edits, MEMBERS[0], TODAY)


def _as_json(document: Mapping[str, object]) -> Callable[[], object]:
    return lambda: json.dumps(document)
