"""Scheduled reductions that would leave more people than seats are found, with how many more must be named."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from account_in_memory import AccountInMemory, add, remove, seats
from bursar.core.subscription.seats import SeatUse
from bursar.core.subscription.shortfall import Shortfall, shortfalls

ONE, TWO, THREE, FOUR = (UUID(int=number) for number in range(1, 5))
TODAY = date(2026, 1, 5)


def short(life: AccountInMemory, use: SeatUse, today: date = TODAY) -> tuple[Shortfall, ...]:
    return shortfalls(life.context.timeline, {"support": use}, today)


def reduced(*named: UUID, to: int = 1) -> AccountInMemory:
    """Four seats, and from the renewal on fewer; these people are named."""
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=4))
    use = SeatUse(4, len(named) + to, frozenset((ONE, TWO, THREE, FOUR)[: len(named) + to]))
    life.context = replace(life.context, used={"support": use})
    life.do("2026-01-02", seats("support", to, release=[str(member) for member in named], on="renewal"))
    return life


def test_nothing_is_short_while_those_named_have_their_seats_or_leave_them_empty() -> None:
    life = reduced(TWO, THREE)
    assert short(life, SeatUse(4, 3, frozenset({ONE, TWO, THREE}))) == ()
    assert short(life, SeatUse(4, 2, frozenset({ONE, THREE}))) == ()
    assert short(life, SeatUse(4, 1, frozenset({ONE}))) == ()


def test_somebody_else_in_the_seat_of_who_was_named_must_be_named_or_another() -> None:
    life = reduced(TWO, THREE)
    [found] = short(life, SeatUse(4, 3, frozenset({ONE, THREE, FOUR})))
    assert (found.product, found.on, found.seats, found.more) == ("support", date(2026, 2, 1), 1, 1)
    assert found.named == (THREE,) and found.change == life.context.timeline.changes[-1].id
    [found] = short(life, SeatUse(4, 4, frozenset({ONE, TWO, THREE, FOUR})))
    assert (found.more, found.named) == (1, (TWO, THREE))


def test_seats_that_nobody_needed_to_give_up_can_be_short_as_well() -> None:
    life = reduced()
    assert short(life, SeatUse(4, 1, frozenset({ONE}))) == ()
    assert [one.more for one in short(life, SeatUse(4, 3, frozenset({ONE, TWO, THREE})))] == [2]


def test_where_the_product_counts_whoever_is_named_counts_as_giving_theirs_up() -> None:
    life = reduced(TWO)
    assert short(life, SeatUse(4, 2)) == ()
    assert [one.more for one in short(life, SeatUse(4, 3))] == [1]


def test_what_is_past_or_undone_or_goes_altogether_leaves_nobody_short() -> None:
    use = SeatUse(4, 3, frozenset({ONE, TWO, THREE}))
    life = reduced()
    assert short(life, use, date(2026, 2, 1)) == ()
    gone = AccountInMemory()
    gone.do("2026-01-01", add("support", "team", seats=4), add("chat", "standard", seats=1))
    gone.do("2026-01-02", remove("chat", on="renewal"))
    assert shortfalls(gone.context.timeline, {"chat": SeatUse(1, 1, frozenset({ONE}))}, TODAY) == ()
    life.do("2026-01-03", {"edit": "undo", "change": str(life.context.timeline.changes[-1].id)})
    assert short(life, use) == ()
