"""Billing cycles, and the calendar of an account: the days on which its terms and billing periods begin.

Source: docs/money-and-time.md#cycles
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict

from bursar.core.calendar.period import Span, months_after, months_between
from bursar.core.messages.document import BadDocument
from bursar.core.messages.entry import Code, Table, Within, WrittenAs
from bursar.core.messages.problem import Invalid
from bursar.core.messages.schema import refused
from bursar.core.messages.text import Name, Text


class BadCycle(Invalid):
    """The cycle {cycle} needs a term that is a whole number of its billing periods, both in months or both in days."""

    code = "bad_cycle"


class BadLength(Invalid):
    """A length of time is a number of months or a number of days from 1 on, not {months} months and {days} days."""

    code = "bad_length"


@dataclass(frozen=True, slots=True)
class Length:
    """A number of months, or a number of days; a week is 7 days."""

    months: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        # Exactly one of the two is above zero.
        if min(self.months, self.days) != 0 or max(self.months, self.days) < 1:
            raise BadLength(months=self.months, days=self.days)


class NotLength(BadDocument):
    """{at}: expected exactly one of months, weeks and days."""


@dataclass(frozen=True, slots=True)
class _StatedLength(Table):
    """A length of time: exactly one of months, weeks and days."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        title="Length", extra="forbid", json_schema_extra={"minProperties": 1, "maxProperties": 1}
    )

    # At most a hundred years, in any unit.
    months: Annotated[int | None, Within(1, 1200)] = None
    weeks: Annotated[int | None, Within(1, 5200)] = None
    days: Annotated[int | None, Within(1, 36500)] = None


def _read_length(stated: _StatedLength) -> Length:
    months, weeks, days = stated.months or 0, stated.weeks or 0, stated.days or 0
    if sum(bool(number) for number in (months, weeks, days)) != 1:
        raise refused(NotLength)
    return Length(months, days + weeks * 7)


def _state_length(length: Length) -> _StatedLength:
    return _StatedLength(months=length.months or None, days=length.days or None)


def write_length(length: Length) -> dict[str, int]:
    """Return a length as a document writes it."""
    return {"months": length.months} if length.months else {"days": length.days}


Duration = Annotated[Length, WrittenAs(shape=_StatedLength, read=_read_length, write=_state_length)]


@dataclass(frozen=True, slots=True)
class Cycle(Table):
    """A billing cycle: the length of the term that is agreed, and of the billing period that is invoiced."""

    code: Code
    name: Name
    term: Duration
    period: Duration

    def __post_init__(self) -> None:
        # Months have 28 to 31 days, so no number of days is a whole number of months.
        same_unit = bool(self.term.months) == bool(self.period.months)
        term, period = (length.months or length.days for length in (self.term, self.period))
        if not same_unit or term % period:
            raise BadCycle(cycle=self.code)


MONTHLY: Final = Cycle("monthly", Text("monthly", "mensuel"), Length(months=1), Length(months=1))
ANNUAL: Final = Cycle("annual", Text("annual", "annuel"), Length(months=12), Length(months=12))
ANNUAL_MONTHLY: Final = Cycle(
    "annual_monthly", Text("annual, billed monthly", "annuel, facturé chaque mois"), Length(months=12), Length(months=1)
)
BUILT_IN: Final = (MONTHLY, ANNUAL, ANNUAL_MONTHLY)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The terms and billing periods of a cycle, all counted from the anchor and beginning `origin` months after it."""

    cycle: Cycle
    anchor: date
    origin: int = 0

    def period(self, on: date) -> Span:
        """Return the billing period of a day. Errors: ValueError for a day before the first."""
        return self._span(self.cycle.period, on)

    def term(self, on: date) -> Span:
        """Return the term of a day. Errors: ValueError for a day before the first."""
        return self._span(self.cycle.term, on)

    def boundary(self, length: Length, number: int) -> date:
        """Return the first day of the span of that number; the first span has number 0."""
        if length.days:
            return self.anchor + timedelta(days=number * length.days)
        # From the anchor and not from the span before: after 31 January and 28 February comes 31 March.
        return months_after(self.anchor, self.origin + number * length.months)

    def with_cycle(self, cycle: Cycle, on: date) -> "Calendar":
        """Return the calendar of another cycle from a day on. The anchor stays if the day is whole months after it."""
        if cycle.period.months and self.cycle.period.months:
            # An anchor on the 31st is kept: from 28 February on, the next boundaries are again on the 31st.
            months = months_between(self.anchor, on)
            if months_after(self.anchor, months) == on:
                return replace(self, cycle=cycle, origin=months)
        return Calendar(cycle, on)

    def _span(self, length: Length, on: date) -> Span:
        if length.days:
            number = (on - self.anchor).days // length.days
        else:
            number = (months_between(self.anchor, on) - self.origin) // length.months
        if number < 0:
            raise ValueError(f"{on} is before {self.boundary(length, 0)}, when the calendar begins")
        return Span(self.boundary(length, number), self.boundary(length, number + 1))
