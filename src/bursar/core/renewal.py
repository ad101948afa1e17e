"""The next day on which something falls due by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bursar.core.charge import open_period
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
