"""Events are written as JSON and read back, also as earlier releases wrote them, and each says whom it is told to."""

import ast
import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from bursar.core import events
from bursar.core.events import EVENTS, VERSION, Audience, Event, Group, OptionalEmail, read_event, write_event
from bursar.core.events.subscription import ChangesAccepted, ItemBefore
from bursar.core.subscription.edit import SetSeats
from stored import ID, STORED


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


def test_stored_json_stays_the_same_byte_for_byte() -> None:
    kinds = ("changes_taken", "seats_short", "payment_failed", "payment_refunded", "letter_sent_again", "limit_set")
    written = [write_event(read_event(kind, data, 1)) for kind in kinds for data in STORED[kind]]
    digest = hashlib.sha256(json.dumps(written).encode()).hexdigest()
    assert digest == "fc8c69df59aefba673bea09b1ea9de205698d6a934bd5b84d60d63352ebbd8bf"


def test_events_hold_values_and_not_texts() -> None:
    taken = read_event("changes_taken", STORED["changes_taken"][0], 1)
    assert isinstance(taken, ChangesAccepted)
    [change] = taken.changes
    assert change.edit == SetSeats(product="support", seats=46, price=Decimal("1000.00"))
    assert (change.change, change.effective_on) == (ID, date(2026, 2, 1))
    assert change.before == ItemBefore(plan="team", quantity=45)


def test_every_kind_of_event_is_known_by_its_code() -> None:
    assert set(kinds()) == set(EVENTS.values())
    assert len(EVENTS) == len(set(kinds())), "no two have the same"
    assert set(STORED) == set(EVENTS), "codes that stand in histories are never renamed, and a new one has its sample"


@pytest.mark.parametrize("kind", EVENTS.values())
def test_every_kind_of_event_says_what_it_is_about_and_who_is_told(kind: type[Event]) -> None:
    assert kind.group in get_args(Group)
    assert isinstance(kind.told_to, Audience)
    assert kind.optional is None or (kind.optional in get_args(OptionalEmail) and kind.told_to is not Audience.NOBODY)
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
    with pytest.raises(ValidationError, match="amount_minor"):
        read_event("payment_failed", earlier, VERSION)
    with pytest.raises(ValidationError, match="member"):
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
