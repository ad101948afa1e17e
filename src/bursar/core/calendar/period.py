"""Spans of days, proration, and the share of a period's price that falls on a span.

Source: docs/money-and-time.md#shares
"""

from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from bursar.core.messages.problem import Invalid
from bursar.core.money.money import rounded

THIRTY: Final = 30
MONTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""The days of each month of a year that is no leap year."""
FEBRUARY: Final = 1
"""The second month, in a count that begins with 0."""


class EmptySpan(Invalid):
    """A span of days ends after it starts, but {start} to {end} does not."""

    code = "empty_span"


class Proration(StrEnum):
    """The rule by which days are counted when a part of a billing period is owed.

    By calendar days; by months of 30 days from the period's start; or not at all: then the first day has the whole price.
    """

    BY_DAY = "by_day"
    THIRTY = "fixed_30"
    NONE = "none"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The days from `start` up to but not including `end`, at least one."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise EmptySpan(start=self.start, end=self.end)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.end - self.start).days

    def intersection(self, other: "Span") -> "Span | None":
        """Return the days that both spans have; None if there are none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None

    def minus(self, others: Iterable["Span"]) -> tuple["Span", ...]:
        """Return the days that no other span has, in order and in as few spans as possible."""
        # `start` is the first day of which it is not yet known whether another span has it.
        remaining, start = [], self.start
        for other in sorted(others):
            if start < other.start:
                remaining.append(Span(start, min(other.start, self.end)))
            start = max(start, other.end)
            if start >= self.end:
                break
        if start < self.end:
            remaining.append(Span(start, self.end))
        return tuple(remaining)


def period_days(period: Span, rule: Proration) -> int:
    """Return the number of days in the whole period, as the rule counts."""
    return days_before(period, period.end, rule)


def days_before(period: Span, day: date, rule: Proration) -> int:
    """Return the number of the period's days before a day, as the rule counts.

    Errors: ValueError for a day outside the period.
    """
    if not period.start <= day <= period.end:
        raise ValueError(f"{day} is outside {period}")
    if rule is Proration.BY_DAY:
        return (day - period.start).days
    if rule is Proration.NONE:
        # The first day has the whole price, so that nothing is left to charge or credit after it.
        return 0 if day == period.start else 1
    return _thirty_day_months(period.start, day)


def share(total: int, span: Span, period: Span, rule: Proration) -> int:
    """Return the share of a period's price that falls on a span inside it.

    The shares of adjoining spans add up to the whole price: each is the difference of two rounded running totals.

    Unit: minor units. Errors: ValueError for a span that leaves the period.
    """
    whole = period_days(period, rule)
    before, after = (days_before(period, day, rule) for day in (span.start, span.end))
    return rounded(total * after, whole) - rounded(total * before, whole)


def _thirty_day_months(start: date, day: date) -> int:
    """Return 30 days for each whole month since the start, and at most 30 for the month that has begun."""
    # At most 30: the 31st day of a month must not count more than the whole month.
    months = months_between(start, day)
    return months * THIRTY + min((day - months_after(start, months)).days, THIRTY)


def months_after(start: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = 29 if month == FEBRUARY and isleap(year) else MONTHS[month]
    return date(year, month + 1, min(start.day, last))


def months_between(start: date, day: date) -> int:
    """Return the number of whole months from the start to a day."""
    months = (day.year - start.year) * 12 + day.month - start.month
    # From 31 January to 28 February is a whole month: the later day stands for the 31st.
    return months if start.day <= day.day or months_after(start, months) <= day else months - 1
