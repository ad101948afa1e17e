"""The core without a database: what a decision, a quote and a renewal cost."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import count
from pathlib import Path
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

FIRST = [
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


def lived(changes: int) -> BillingContext:
    """An account with three products, and so many changes of a day, each taken and billed."""
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
    """Each thing that the core does, beside its floor."""
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
    """One question whether somebody may do something; the floor is looking an answer up that is known already."""
    owner, _, admin, _ = MEMBERS
    known = {(role, "add_seats"): Outcome.ALLOWED for role in ROLES}
    floor = ("a look-up in a dict", lambda: known[owner.role, "add_seats"])
    online, assisted, managed = account(), account("online_assisted"), account("managed")
    asked: tuple[tuple[str, Account, Member], ...] = (
        ("a decision: allowed", online, owner),
        ("a decision: by request", assisted, admin),
        ("a decision: refused", managed, owner),
    )
    for what, of, who in asked:
        yield Row(what, _deciding(of, who), *floor)


def _deciding(of: Account, who: Member) -> Callable[[], object]:
    return lambda: decide(POLICY, of, who, "add_seats", TODAY)


def quotes() -> Iterator[Row]:
    """A list of edits decided and priced; the floor is writing that very answer as JSON, which every door must do."""
    new, grown = lived(0), lived(20)
    for what, context, document in (
        ("a quote: more seats", new, MORE_SEATS),
        ("a quote: four edits", new, SEVERAL),
        ("a quote: more seats after 20 changes", grown, [{**MORE_SEATS[0], "seats": 99}]),
    ):
        edits = read_edits(list(document))
        content = write_quote(_quoted(context, edits)())
        yield Row(what, _quoted(context, edits), "its answer as JSON", _written(content))
    answer = _quoted(new, read_edits(list(MORE_SEATS)))()
    text = json.dumps(write_quote(answer)).encode()
    yield Row("the digest of a quote", lambda: digest(answer), "SHA-256 of its JSON", lambda: hashlib.sha256(text))
    lines = {"lines": [{"amount": line.amount, "product": line.product} for line in new.due(RENEWAL, ())]}
    yield Row(
        "the lines of a renewal, three items",
        lambda: new.due(RENEWAL),
        "three lines as JSON",
        _written(lines),
    )


def _quoted(context: BillingContext, edits: tuple[Edit, ...]) -> Callable[[], Quote]:
    return lambda: quote(context, edits, MEMBERS[0], TODAY)


def _written(document: Mapping[str, object]) -> Callable[[], object]:
    return lambda: json.dumps(document)
