"""Temporary seats: what they cost, when they are there, and that they leave all else as it is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from account_in_memory import AccountInMemory, add, cycle, seats
from bursar.core.billing.billable import billable
from bursar.core.billing.schedule import endings_on_day
from bursar.core.calendar.period import Span
from bursar.core.subscription.edit_rules import OutsideTerm
from bursar.core.subscription.measure import CountedInUnits
from bursar.core.subscription.timeline import Timeline

Edit = dict[str, object]


def temporary(number: int, start: str, end: str) -> Edit:
    span = {"start": start, "end": end}
    return {"edit": "add_temporary_seats", "product": "support", "seats": number, "span": span}


def january(quantity: int = 10, tax: str = "0") -> AccountInMemory:
    life = AccountInMemory(tax=tax)
    life.do("2026-01-01", add("support", "team", seats=quantity))
    return life


def test_they_are_there_on_their_days_and_on_no_other() -> None:
    life = january()
    life.do("2026-01-05", temporary(3, "2026-01-10", "2026-01-20"))
    whole = {day: life.state(f"2026-01-{day:02}").items["support"].total_quantity for day in (9, 10, 19, 20)}
    assert whole == {9: 10, 10: 13, 19: 13, 20: 10}
    assert {life.state(f"2026-01-{day:02}").items["support"].quantity for day in whole} == {10}


def test_for_a_whole_period_they_cost_what_seats_that_stay_cost_for_it() -> None:
    some, staying = january(tax="0.2"), january(tax="0.2")
    for_now = some.do("2026-01-01", temporary(3, "2026-01-01", "2026-02-01"))
    for_good = staying.do("2026-01-01", seats("support", 13))
    assert for_now.due_today == for_good.due_today
    assert some.renew("2026-02-01")[0].quantity == 10


@given(
    quantity=st.integers(1, 40),
    number=st.integers(1, 40),
    days=st.lists(st.integers(0, 30), min_size=3, max_size=3, unique=True).map(sorted),
)
def test_ordered_at_once_or_in_two_parts_they_cost_the_same(quantity: int, number: int, days: list[int]) -> None:
    first, middle, last = (str(date(2026, 1, 1) + timedelta(days=day)) for day in days)
    whole, parts = january(quantity), january(quantity)
    cost = whole.do("2026-01-01", temporary(number, first, last)).due_today.net
    cost_of_parts = [
        parts.do("2026-01-01", temporary(number, *span)).due_today.net for span in ((middle, last), (first, middle))
    ]
    assert cost == sum(cost_of_parts)


@given(number=st.integers(1, 40), first=st.integers(1, 29), length=st.integers(1, 30))
def test_undone_before_they_begin_they_cost_nothing(number: int, first: int, length: int) -> None:
    start = date(2026, 1, 1) + timedelta(days=first)
    end = min(start + timedelta(days=length), date(2026, 2, 1))
    life = january()
    ordered = life.do("2026-01-01", temporary(number, str(start), str(end)))
    undone = life.do("2026-01-01", {"edit": "undo", "change": str(life.context.timeline.changes[-1].id)})
    assert ordered.due_today.net + undone.due_today.net == 0 < ordered.due_today.net
    assert life.renew("2026-01-01") == ()


def test_they_lie_within_one_term_from_today_on() -> None:
    life = january()
    for start, end in (("2026-01-04", "2026-01-10"), ("2026-01-20", "2026-02-02")):
        with pytest.raises(OutsideTerm):
            life.ask("2026-01-05", temporary(3, start, end))
    life.do("2026-01-05", temporary(3, "2026-01-05", "2026-02-01"), temporary(3, "2026-02-01", "2026-03-01"))


def test_only_what_is_sold_by_the_seat_has_them() -> None:
    life = january()
    life.do("2026-01-01", add("resolutions", "standard", units=3))
    with pytest.raises(CountedInUnits):
        life.ask("2026-01-05", {**temporary(3, "2026-01-10", "2026-01-20"), "product": "resolutions"})


def test_those_that_a_state_was_written_down_with_are_paid_for_in_the_next_period_too() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=10, price="31.00"), cycle("annual_monthly"))
    life.do("2026-01-05", temporary(3, "2026-01-10", "2026-02-08"))
    kept = life.state("2026-02-01")
    february = Span(date(2026, 2, 1), date(2026, 3, 1))
    found = list(billable(Timeline.of(kept), february, on=date(2026, 2, 1), currency="EUR"))
    assert [(one.terms.quantity, one.span.days) for one in found] == [(13, 7), (10, 21)]


def test_what_ends_on_a_day_is_told_once_by_product() -> None:
    life = january()
    life.do("2026-01-05", temporary(3, "2026-01-10", "2026-01-20"), temporary(2, "2026-01-12", "2026-01-20"))
    timeline = life.context.timeline
    told = {day: dict(endings_on_day(timeline, date(2026, 1, day)).seats) for day in (12, 19, 20, 21)}
    assert told == {12: {}, 19: {}, 20: {"support": 5}, 21: {}}


def test_a_plan_that_rises_meanwhile_is_paid_for_all_seats_of_each_day() -> None:
    life = january()
    life.do("2026-01-01", temporary(2, "2026-01-11", "2026-01-21"))
    answer = life.do("2026-01-16", {"edit": "change_plan", "product": "support", "plan": "growth"})
    charged = [(line.plan, line.quantity, line.span.days) for line in answer.lines if line.kind == "charge"]
    assert charged == [("growth", 12, 5), ("growth", 10, 11)]
