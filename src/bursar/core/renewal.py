"""The next day on which something falls due by itself, and whether people are told of it ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bursar.core.charge import open_period
from bursar.core.policy import State
from bursar.core.subscription import Moment, Subscription, state_on


@dataclass(frozen=True, slots=True)
class Due:
    """The next day with something to do, and the end of the billing period; either may not come."""

    on: date | None
    period_end: date | None


def next_due(start: Subscription, moments: Sequence[Moment], on: date) -> Due:
    """What falls due after a day: a scheduled change, or the end of the billing period while something is held."""
    state = state_on(start, moments, on)
    coming = [moment.on for moment in moments if moment.on > on]
    period = open_period(state, on) if state.items else None
    if period is None:
        return Due(min(coming, default=None), None)
    return Due(min([*coming, period.end]), period.end)


LONGEST_UNTOLD: Final = 31
"""A term of so many days or fewer renews too often to be told ahead."""


def told_ahead(start: Subscription, moments: Sequence[Moment], on: date) -> bool:
    """Whether people are told ahead of what is renewed on a day: after a term of more than a month, if anything is."""
    before, after = state_on(start, moments, on - timedelta(days=1)), state_on(start, moments, on)
    if before.calendar is None or not after.items or after.standing is State.CANCELLED:
        return False
    term = before.calendar.term(on - timedelta(days=1))
    return term.end == on and (term.end - term.start).days > LONGEST_UNTOLD
