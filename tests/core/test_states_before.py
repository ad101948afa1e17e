"""The state that a change is made to is that of its own day, just before it."""

from uuid import UUID

from account_in_memory import AccountInMemory, add, seats
from bursar.core.ordering.states_before import states_before_edits


def thirty() -> tuple[AccountInMemory, UUID]:
    """A life with 30 seats and 24 from the renewal on; and the id of that change."""
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "growth", seats=30))
    life.do("2026-01-02", seats("support", 24))
    return life, life.context.timeline.changes[-1].id


def about(edit: str, change: UUID) -> dict[str, object]:
    return {"edit": edit, "change": str(change)}


def test_changes_of_one_day_follow_one_another() -> None:
    life = AccountInMemory()
    for on, count in (("2026-01-01", 10), ("2026-01-01", 15), ("2026-01-01", 18)):
        life.do(on, seats("support", count) if count > 10 else add("support", "growth", seats=count))
    before = life.context.timeline.states_before()
    held = [before[change.id].items.get("support") for change in life.context.timeline.changes]
    assert [one and one.quantity for one in held] == [None, 10, 15]


def test_an_edit_that_counts_today_moves_what_stays_scheduled() -> None:
    life, scheduled = thirty()
    answer = life.ask("2026-01-03", seats("support", 33), about("keep", scheduled))
    states = states_before_edits(life.context.timeline, answer)
    assert [state.items["support"].quantity for state in states] == [30, 33]


def test_what_is_undone_is_measured_as_it_would_have_been() -> None:
    life, scheduled = thirty()
    answer = life.ask("2026-01-03", seats("support", 33), about("undo", scheduled))
    states = states_before_edits(life.context.timeline, answer)
    assert [state.items["support"].quantity for state in states] == [30, 30]


def test_changes_made_after_a_quote_do_not_alter_what_it_said() -> None:
    life, scheduled = thirty()
    answer = life.ask("2026-01-03", seats("support", 33), about("keep", scheduled))
    life.do("2026-01-03", seats("support", 31), about("keep", scheduled))
    states = states_before_edits(life.context.timeline, answer)
    assert [state.items["support"].quantity for state in states] == [30, 33]
