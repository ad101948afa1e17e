"""The next day on which something falls due by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

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
    end = None
    running = state.calendar is not None and state.calendar.anchor <= on and state.standing is not State.CANCELLED
    if running and state.items and state.calendar is not None:
        end = state.calendar.period(on).end
        coming.append(end)
    return Due(min(coming, default=None), end)
