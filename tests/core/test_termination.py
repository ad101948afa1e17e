"""What changes do to the end of an account is read from them, whatever came later."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from account_in_memory import AccountInMemory, add, remove, seats
from bursar.core.subscription.edit import Cancel, RemoveProduct
from bursar.core.subscription.termination import (
    TerminationChange,
    TerminationStatus,
    termination_by_day,
    termination_by_order,
)
from bursar.core.subscription.timeline import Timeline

ENDS, GOES_ON, ENDED = TerminationStatus.SCHEDULED, TerminationStatus.REVOKED, TerminationStatus.ENDED
FEBRUARY = date(2026, 2, 1)
CANCEL: dict[str, object] = {"edit": "cancel", "reason": "done"}


def life() -> AccountInMemory:
    made = AccountInMemory()
    made.do("2026-01-01", add("support", "team", seats=2), add("voice", "standard", seats=1))
    return made


def taken(life: AccountInMemory, day: str, *edits: dict[str, object]) -> tuple[TerminationChange | None, list[UUID]]:
    """What a taking does to the end, and the ids of its changes."""
    known = {change.id for change in life.context.timeline.changes}
    life.do(day, *edits)
    made = [change.id for change in life.context.timeline.changes if change.id not in known]
    return read(life, day, made), made


def read(life: AccountInMemory, day: str, made: Collection[UUID]) -> TerminationChange | None:
    return termination_by_order(life.context.timeline, made, date.fromisoformat(day))


def applied(life: AccountInMemory, day: date, *kinds: type) -> TerminationChange | None:
    ids = [change.id for change in life.context.timeline.changes if isinstance(change.edit, kinds)]
    return termination_by_day(life.context.timeline, ids, day)


def test_cancelling_ends_an_account_undoing_it_lets_it_go_on_and_what_came_later_changes_neither() -> None:
    here = life()
    first, cancelling = taken(here, "2026-01-05", CANCEL)
    assert first == TerminationChange(ENDS, FEBRUARY, ("support", "voice"), here.change(Cancel))
    undone, undoing = taken(here, "2026-01-06", {"edit": "undo", "change": str(cancelling[0])})
    assert undone == TerminationChange(GOES_ON, FEBRUARY, (), here.change(Cancel))
    again, _ = taken(here, "2026-01-07", CANCEL)
    assert again is not None and again.status is ENDS
    assert read(here, "2026-01-05", cancelling) == first and read(here, "2026-01-06", undoing) == undone


def test_what_does_not_touch_the_end_is_nothing_of_the_kind() -> None:
    here = life()
    assert taken(here, "2026-01-05", seats("support", 3))[0] is None
    assert taken(here, "2026-01-05", remove("voice"))[0] is None
    taken(here, "2026-01-06", CANCEL)
    assert taken(here, "2026-01-07", seats("support", 4))[0] is None, "it ends already"


def test_nothing_that_was_changed_ends_nothing() -> None:
    here = life()
    here.do("2026-01-05", CANCEL)
    assert read(here, "2026-01-05", ()) is None


def test_what_is_lost_is_known_from_a_state_that_was_written_down() -> None:
    here = life()
    here.do("2026-01-20", {**CANCEL, "on": "2026-01-25"})
    kept, cancelling = here.state("2026-01-10"), here.change(Cancel)
    timeline, lost = Timeline.of(kept, (cancelling,)), ("support", "voice")
    for found in (
        termination_by_order(timeline, (cancelling.id,), date(2026, 1, 20)),
        termination_by_day(timeline, (cancelling.id,), date(2026, 1, 25)),
    ):
        assert found is not None and found.lost == lost


def test_the_last_base_product_takes_the_account_with_it() -> None:
    here = life()
    here.do("2026-01-02", add("suite", "growth", seats=1))
    assert taken(here, "2026-01-05", remove("suite"))[0] is None
    ends, _ = taken(here, "2026-01-06", remove("support"))
    assert ends is not None and (ends.status, ends.on) == (ENDS, FEBRUARY)
    assert ends.lost == ("support", "voice"), "the suite was to go anyway"
    assert isinstance(ends.change.edit, RemoveProduct) and ends.change.edit.product == "support"


def test_what_ends_at_once_has_ended() -> None:
    here = life()
    over, _ = taken(here, "2026-01-05", {**CANCEL, "on": "now"})
    assert over == TerminationChange(ENDED, date(2026, 1, 5), ("support", "voice"), here.change(Cancel))


def test_what_was_scheduled_ends_the_account_on_its_day_and_no_other() -> None:
    here = life()
    here.do("2026-01-05", remove("voice"))
    here.do("2026-01-06", CANCEL)
    over = applied(here, FEBRUARY, Cancel, RemoveProduct)
    assert over == TerminationChange(ENDED, FEBRUARY, ("support", "voice"), here.change(Cancel))
    assert applied(here, FEBRUARY, RemoveProduct) is None, "the cancelling was not applied then"
    assert applied(here, date(2026, 1, 20), Cancel) is None
    assert applied(here, date(2026, 2, 2), Cancel) is None
