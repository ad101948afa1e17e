"""Events are written as JSON and read back, also as earlier releases wrote them, and each says whom it is told to."""

import ast
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from bursar.core import events
from bursar.core.edit import SetSeats
from bursar.core.events import (
    EVENTS,
    VERSION,
    Audience,
    Before,
    ChangesTaken,
    Event,
    Group,
    Optional,
    read_event,
    write_event,
)

ID, OTHER = UUID(int=1), UUID(int=2)
TEXT, DAY = str(ID), "2026-02-01"
SEATS = {"edit": "set_seats", "product": "support", "seats": 46, "price": "1000.00"}
TAKEN = {
    "change": TEXT,
    "edit": SEATS,
    "capability": "add_seats",
    "effective_on": DAY,
    "before": {"plan": "team", "quantity": 45},
}
STORED: dict[str, list[dict[str, Any]]] = {
    "changes_taken": [
        {"quote": TEXT, "take": TEXT, "changes": [TAKEN], "invoice": None},
        {"quote": TEXT, "take": TEXT, "changes": [{**TAKEN, "before": None}], "invoice": TEXT},
    ],
    "changes_applied": [{"changes": [TEXT], "invoice": None}],
    "renewed": [{"changes": [], "invoice": TEXT}],
    "renewal_ahead": [{"renewal_on": DAY}],
    "temporary_seats_ended": [{"product": "support", "seats": 3}],
    "trial_ending": [{"trial_until": DAY}],
    "trial_ended": [{}],
    "seats_short": [{"product": "support", "change": TEXT, "from": DAY, "seats": 2, "more": 1}],
    "request_submitted": [{"request": TEXT, "quote": TEXT}],
    "request_reminded": [{"request": TEXT}],
    "request_approved": [{"request": TEXT, "take": TEXT}],
    "request_rejected": [{"request": TEXT}],
    "request_withdrawn": [{"request": TEXT}],
    "request_expired": [{"request": TEXT}],
    "request_overtaken": [{"request": TEXT, "cause": "done"}],
    "method_set": [
        {"before": "invoice", "after": "card"},
        {"before": "card", "after": "invoice", "reason": "sandbox_gateway"},
    ],
    "payment_received": [
        {"payment": TEXT, "amount_minor": 1200, "currency": "EUR"},
        {"payment": TEXT, "amount_minor": 1200, "currency": "EUR", "invoice": TEXT},
    ],
    "payment_failed": [
        {"attempt": TEXT, "state": "failed", "reason": "expired"},
        {"attempt": TEXT, "state": "cancelled", "reason": "sandbox_gateway", "invoice": TEXT},
        {"attempt": TEXT, "state": "failed", "reason": "expired", "amount_minor": 1200, "currency": "EUR"},
    ],
    "payment_refunded": [{"attempt": TEXT, "amount_minor": 1200, "currency": "EUR"}],
    "details_set": [{"fields": ["recipients", "vat_id"]}],
    "member_added": [{"member": TEXT, "role": "admin"}],
    "member_invited": [{"member": TEXT, "role": "admin"}],
    "member_accepted": [{"member": TEXT, "role": "admin"}],
    "member_changed": [{"member": TEXT, "before": "admin", "after": "agent"}],
    "member_suspended": [{"member": TEXT}],
    "member_resumed": [{"member": TEXT}],
    "member_removed": [{"member": TEXT, "before": "admin", "after": None}],
    "member_erased": [{"member": TEXT}],
    "owner_changed": [{"before": TEXT, "after": str(OTHER), "remark": None}],
    "seat_assigned": [{"product": "support", "member": TEXT}],
    "seat_freed": [{"product": "support", "member": TEXT}],
    "seats_counted": [{"product": "support", "before": 2, "after": None}],
    "letter_sent_again": [{"letter": TEXT}, {"letter": TEXT, "member": TEXT}],
    "account_opened": [{"account_type": "managed", "currency": "EUR", "owner": TEXT}],
    "account_altered": [
        {"fields": ["name", "tax_rate"]},
        {"fields": ["account_type"], "before": "managed", "after": "self_service"},
    ],
    "override_added": [{"override": TEXT, "capability": "add_seats", "grant": True}],
    "override_ended": [{"override": TEXT}],
    "limit_set": [{"seats": None, "amount_minor": 100, "currency": "EUR"}],
    "account_erased": [{"people": 3}],
    "refused": [
        {"capability": "add_seats", "outcome": "refused", "reason": "role"},
        {"capability": "", "outcome": "refused", "reason": "role", "attempt": "withdraw"},
    ],
}
"""Each kind of fact as it stood in the history before entries had a version."""


def kinds(base: type[Event] = Event) -> Iterator[type[Event]]:
    """Every class of event that no other is made from."""
    for kind in base.__subclasses__():
        # A class with slots is made anew by its decorator, and the first one is still there.
        if getattr(sys.modules[kind.__module__], kind.__name__) is kind:
            more = list(kinds(kind))
            yield from more or [kind]


@pytest.mark.parametrize(("kind", "data"), [(kind, data) for kind, found in STORED.items() for data in found])
def test_what_was_stored_before_there_were_versions_reads_as_its_event(kind: str, data: dict[str, Any]) -> None:
    event = read_event(kind, data, 1)
    assert type(event) is EVENTS[kind]
    written = write_event(event)
    assert_within(data, written)
    assert read_event(kind, written, VERSION) == event


def test_events_hold_values_and_not_texts() -> None:
    taken = read_event("changes_taken", STORED["changes_taken"][0], 1)
    assert isinstance(taken, ChangesTaken)
    [change] = taken.changes
    assert change.edit == SetSeats(product="support", seats=46, price=Decimal("1000.00"))
    assert (change.change, change.effective_on) == (ID, date(2026, 2, 1))
    assert change.before == Before(plan="team", quantity=45)


def test_every_kind_of_event_is_known_by_its_code() -> None:
    assert set(kinds()) == set(EVENTS.values())
    assert len(EVENTS) == len(set(kinds())), "no two have the same"
    assert set(STORED) <= set(EVENTS), "codes that stand in histories are never renamed"


@pytest.mark.parametrize("kind", EVENTS.values())
def test_every_kind_of_event_says_what_it_is_about_and_who_is_told(kind: type[Event]) -> None:
    assert kind.group in get_args(Group)
    assert isinstance(kind.told_to, Audience)
    assert kind.optional is None or (kind.optional in get_args(Optional) and kind.told_to is not Audience.NOBODY)
    assert kind.__doc__ and not kind.__doc__.startswith(kind.__name__)


def test_every_field_of_an_event_is_explained() -> None:
    unexplained = []
    for path in sorted(Path(events.__file__).parent.glob("*.py")):
        for one in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(one, ast.ClassDef) and one.name != "Event":
                following = zip(one.body, [*one.body[1:], None], strict=True)
                unexplained += [
                    f"{one.name}.{ast.unparse(field.target)}"
                    for field, after in following
                    if isinstance(field, ast.AnnAssign) and "ClassVar" not in ast.unparse(field.annotation)
                    if not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant))
                ]
    assert not unexplained


def test_a_field_that_came_later_may_be_missing_in_earlier_entries_alone() -> None:
    earlier = STORED["payment_failed"][0]
    assert read_event("payment_failed", earlier, 1).amount is None  # type: ignore[attr-defined]
    with pytest.raises(KeyError, match="amount_minor"):
        read_event("payment_failed", earlier, VERSION)
    with pytest.raises(KeyError, match="member"):
        read_event("member_changed", {}, 1)


def assert_within(part: Any, whole: Any) -> None:
    """Everything that stands in a part stands in the whole, word for word."""
    if isinstance(part, dict):
        for key, value in part.items():
            assert_within(value, whole[key])
    elif isinstance(part, list):
        for value, found in zip(part, whole, strict=True):
            assert_within(value, found)
    else:
        assert part == whole
