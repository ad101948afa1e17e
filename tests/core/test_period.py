"""Periods tile, month ends count from the anchor, and shares add up."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.core.calendar.cycle import ANNUAL, ANNUAL_MONTHLY, MONTHLY, BadCycle, BadLength, Calendar, Cycle, Length
from bursar.core.calendar.period import EmptySpan, Proration, Span, days_before, period_days, share
from bursar.core.messages.text import Text

DAYS = st.dates(date(1996, 1, 1), date(2104, 12, 31))
RULES = st.sampled_from(Proration)
WEEKLY = Cycle("weekly", Text("weekly"), Length(days=28), Length(days=7))
CYCLES = st.sampled_from([MONTHLY, ANNUAL, ANNUAL_MONTHLY, WEEKLY])
PERIODS = st.builds(
    lambda cycle, anchor, later: Calendar(cycle, anchor).period(anchor + timedelta(later)),
    CYCLES,
    DAYS,
    st.integers(0, 3000),
)


def test_month_ends_are_counted_from_the_anchor() -> None:
    calendar = Calendar(MONTHLY, date(2026, 1, 31))
    starts = [calendar.boundary(MONTHLY.period, number) for number in range(5)]
    assert starts == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


def test_a_leap_day_comes_back() -> None:
    calendar = Calendar(ANNUAL, date(2024, 2, 29))
    assert calendar.period(date(2025, 2, 28)) == Span(date(2025, 2, 28), date(2026, 2, 28))
    assert calendar.period(date(2028, 2, 29)).start == date(2028, 2, 29)


def test_a_term_holds_whole_periods() -> None:
    calendar = Calendar(ANNUAL_MONTHLY, date(2026, 1, 31))
    assert calendar.period(date(2026, 2, 28)) == Span(date(2026, 2, 28), date(2026, 3, 31))
    assert calendar.term(date(2026, 2, 28)) == Span(date(2026, 1, 31), date(2027, 1, 31))


def test_another_cycle_keeps_the_anchor_on_a_month_of_it_and_else_begins_anew() -> None:
    monthly = Calendar(MONTHLY, date(2026, 1, 31))
    kept = monthly.with_cycle(ANNUAL, date(2026, 2, 28))
    assert kept.period(date(2026, 3, 1)) == Span(date(2026, 2, 28), date(2027, 2, 28))
    assert kept.with_cycle(MONTHLY, date(2027, 2, 28)).period(date(2027, 3, 31)).start == date(2027, 3, 31)
    assert monthly.with_cycle(ANNUAL, date(2026, 2, 27)) == Calendar(ANNUAL, date(2026, 2, 27))


def test_a_cycle_in_days_begins_anew_on_its_day_whatever_was_counted_before() -> None:
    monthly, weekly = Calendar(MONTHLY, date(2026, 1, 1)), Calendar(WEEKLY, date(2026, 1, 1))
    assert monthly.with_cycle(WEEKLY, date(2026, 2, 1)) == Calendar(WEEKLY, date(2026, 2, 1))
    assert weekly.with_cycle(MONTHLY, date(2026, 2, 1)) == Calendar(MONTHLY, date(2026, 2, 1))


@given(CYCLES, DAYS, st.integers(0, 4000))
def test_periods_tile_without_gap_or_overlap(cycle: Cycle, anchor: date, later: int) -> None:
    calendar = Calendar(cycle, anchor)
    period, term = calendar.period(anchor + timedelta(later)), calendar.term(anchor + timedelta(later))
    assert anchor + timedelta(later) in period
    assert calendar.period(period.end).start == period.end
    assert term.start <= period.start < period.end <= term.end
    assert calendar.period(period.end - timedelta(1)) == period


@given(PERIODS, RULES, st.lists(st.floats(0, 1), max_size=6), st.integers(0, 10**9))
def test_any_split_of_a_period_adds_up(period: Span, rule: Proration, cuts: list[float], price: int) -> None:
    inner = {period.start + timedelta(int(cut * period.days)) for cut in cuts}
    days = sorted({period.start, *inner, period.end})
    parts = [share(price, Span(start, end), period, rule) for start, end in pairwise(days)]
    assert sum(parts) == price
    assert all(part >= 0 for part in parts)


@given(PERIODS, RULES)
def test_days_are_counted_up_from_nothing_to_the_whole(period: Span, rule: Proration) -> None:
    counts = [days_before(period, period.start + timedelta(number), rule) for number in range(period.days + 1)]
    assert counts[0] == 0
    assert counts == sorted(counts)
    assert counts[-1] == period_days(period, rule) >= 1


def test_thirty_day_months_make_every_month_as_long() -> None:
    for start, end in (((2026, 1, 1), (2026, 2, 1)), ((2026, 2, 1), (2026, 3, 1)), ((2026, 4, 1), (2026, 5, 1))):
        assert period_days(Span(date(*start), date(*end)), Proration.THIRTY) == 30
    assert period_days(Span(date(2026, 1, 1), date(2027, 1, 1)), Proration.THIRTY) == 360


def test_without_proration_a_part_costs_nothing_and_gives_nothing_back() -> None:
    january = Span(date(2026, 1, 1), date(2026, 2, 1))
    assert share(1000, Span(date(2026, 1, 10), january.end), january, Proration.NONE) == 0
    assert share(1000, january, january, Proration.NONE) == 1000


SPANS = st.builds(lambda start, days: Span(start, start + timedelta(days)), DAYS, st.integers(1, 60))
NEAR = st.lists(
    st.builds(
        lambda a, b: Span(date(2026, 1, 1) + timedelta(a), date(2026, 1, 1) + timedelta(a + b)),
        st.integers(0, 40),
        st.integers(1, 20),
    ),
    max_size=5,
)


@given(NEAR, NEAR)
def test_what_is_left_of_a_span_has_no_day_of_the_others_and_every_other_day(
    some: list[Span], more: list[Span]
) -> None:
    whole = Span(date(2026, 1, 5), date(2026, 2, 5))
    left = whole.minus([*some, *more])
    for number in range(whole.days):
        day = whole.start + timedelta(number)
        assert any(day in span for span in left) != any(day in span for span in (*some, *more))
    assert all(one.end < other.start for one, other in pairwise(left))


def test_nothing_is_left_of_a_span_after_its_own_end() -> None:
    january, february = Span(date(2026, 1, 1), date(2026, 2, 1)), Span(date(2026, 2, 1), date(2026, 3, 1))
    march = Span(date(2026, 3, 1), date(2026, 4, 1))
    assert january.minus([january, march]) == ()
    assert february.minus([january, march]) == (february,)
    assert Span(january.start, march.end).minus([february]) == (january, march)


@given(SPANS, SPANS)
def test_an_intersection_has_the_days_of_both(one: Span, other: Span) -> None:
    both = one.intersection(other)
    assert (both.days if both else 0) == sum(one.start + timedelta(number) in other for number in range(one.days))


def test_a_span_has_a_day_and_a_length_is_one_number() -> None:
    with pytest.raises(EmptySpan):
        Span(date(2026, 1, 1), date(2026, 1, 1))
    for lengths in ({}, {"months": 1, "days": 1}, {"months": -1}):
        with pytest.raises(BadLength):
            Length(**lengths)
    with pytest.raises(BadCycle):
        Cycle("odd", Text("odd"), Length(months=12), Length(months=5))


def test_before_its_anchor_a_calendar_has_no_period() -> None:
    with pytest.raises(ValueError, match="before"):
        Calendar(MONTHLY, date(2026, 1, 31)).period(date(2026, 1, 30))
