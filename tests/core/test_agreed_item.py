"""Items with their days and prices: what an account has today is a question of the day, and nothing runs at midnight."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from account_in_memory import AccountInMemory, add, cycle, plan, remove, seats
from bursar.core.money.price import Per
from bursar.core.subscription.agreed_item import AgreedItem, agreed_items, items_from, merged
from bursar.core.subscription.edit import SetSeats
from bursar.core.subscription.timeline import Timeline
from item_rows import written


def temporary(number: int, start: str, end: str) -> dict[str, object]:
    span = {"start": start, "end": end}
    return {"edit": "add_temporary_seats", "product": "support", "seats": number, "span": span}


def trial(until: str) -> dict[str, object]:
    return {"edit": "start_trial", "product": "support", "plan": "team", "seats": 3, "until": until}


def told(timeline: Timeline) -> list[str]:
    return [
        f"{item.product} {item.plan} {item.quantity}+{item.temporary} {item.per} {item.cycle} {item.rate.normalize():f}"
        f"{' trial' if item.trial else ''} {item.starts_on}/{item.ends_on or ''}"
        for item in agreed_items(timeline)
    ]


def bought(number: int = 10) -> AccountInMemory:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=number))
    return life


def test_an_item_has_the_days_on_which_it_is_had_in_one_quantity_and_plan_at_one_price() -> None:
    life = bought()
    life.do("2026-01-10", seats("support", 12))
    life.do("2026-01-11", seats("support", 8, on="renewal"), temporary(2, "2026-01-20", "2026-01-25"))
    assert told(life.context.timeline) == [
        "support team 10+0 seat monthly 19 2026-01-01/2026-01-10",
        "support team 12+0 seat monthly 19 2026-01-10/2026-01-20",
        "support team 12+2 seat monthly 19 2026-01-20/2026-01-25",
        "support team 12+0 seat monthly 19 2026-01-25/2026-02-01",
        "support team 8+0 seat monthly 19 2026-02-01/",
    ]


def test_the_end_of_a_trial_is_known_from_its_beginning() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", trial("2026-01-14"))
    assert told(life.context.timeline) == ["support team 3+0 seat monthly 19 trial 2026-01-01/2026-01-15"]


def test_what_is_removed_or_cancelled_ends_and_an_undone_change_is_not_there() -> None:
    life = bought()
    life.do("2026-01-05", seats("support", 5, on="renewal"))
    life.do("2026-01-06", {"edit": "undo", "change": str(life.change(SetSeats).id)})
    assert told(life.context.timeline) == ["support team 10+0 seat monthly 19 2026-01-01/"]
    life.do("2026-01-07", {"edit": "cancel"})
    assert told(life.context.timeline) == ["support team 10+0 seat monthly 19 2026-01-01/2026-02-01"]


EDITS: dict[str, Callable[[AccountInMemory], object]] = {
    "more": lambda life: life.do("2026-02-03", seats("support", 12)),
    "fewer": lambda life: life.do("2026-02-03", seats("support", 5, on="renewal")),
    "dated back": lambda life: life.do("2026-02-10", seats("support", 12, on="2026-02-02")),
    "its first day": lambda life: life.do("2026-02-01", seats("support", 12)),
    "a price": lambda life: life.do("2026-02-03", seats("support", 10, price="1.5")),
    "another plan": lambda life: life.do("2026-02-03", plan("support", "growth")),
    "another product": lambda life: life.do("2026-02-03", add("chat", "standard", seats=2)),
    "another cycle": lambda life: life.do("2026-02-03", cycle("annual")),
    "an end": lambda life: life.do("2026-02-03", {"edit": "cancel"}),
    "an end now": lambda life: life.do("2026-02-03", {"edit": "cancel", "on": "now"}),
    "a removal": lambda life: life.do("2026-02-03", remove("support", on="now")),
    "some days": lambda life: life.do("2026-02-03", temporary(2, "2026-02-05", "2026-02-09")),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_an_edit_alters_is_told_from_the_first_day_that_differs(name: str) -> None:
    life = bought()
    life.renew("2026-02-01")
    life.from_checkpoint("2026-02-01")
    rows = agreed_items(life.context.timeline)
    for step in (EDITS[name], undone):
        before = life.context.timeline
        step(life)
        rows = written(rows, before, life.context.timeline)
        assert merged(rows) == agreed_items(life.context.timeline)


def undone(life: AccountInMemory) -> None:
    """Take back what is scheduled, if something is."""
    for change in life.context.timeline.pending(date(2026, 2, 10)):
        life.do("2026-02-10", {"edit": "undo", "change": str(change.id)})


def test_what_stays_as_it_is_is_not_written_again() -> None:
    life = bought()
    life.do("2026-01-05", add("chat", "standard", seats=2))
    before = life.context.timeline
    life.do("2026-01-10", seats("chat", 3))
    [turn] = items_from(before, life.context.timeline)
    assert (turn.product, turn.on, [item.quantity for item in turn.items]) == ("chat", date(2026, 1, 10), [3])
    before = life.context.timeline
    life.renew("2026-02-01")
    assert list(items_from(before, life.context.timeline)) == []


def test_only_what_is_the_same_on_the_following_day_is_joined() -> None:
    same = {"product": "support", "plan": "team", "per": Per.SEAT, "temporary": 0, "cycle": "monthly", "trial": False}
    days = [date(2026, 1, day) for day in (1, 2, 3, 5, 6)]
    made = [
        AgreedItem(**same, quantity=number, rate=Decimal(19), starts_on=start, ends_on=end)  # type: ignore[arg-type]
        for number, start, end in (
            (1, days[0], days[1]),
            (1, days[1], days[2]),
            (1, days[3], days[4]),
            (2, days[4], None),
        )
    ]
    assert [(item.starts_on.day, item.quantity) for item in merged(reversed(made))] == [(1, 1), (5, 1), (6, 2)]
